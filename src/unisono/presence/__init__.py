"""One person's availability, merged from every source, with its source and its expiry.

Pure. Also the grammar of the short commands by which people set their presence, and where a call for them goes.
"""
