"""What the four connectors of Meta's Graph API share; it is no connector itself, and knows none of them.

Signing, versions, errors by class, paging, usage headers, direct messages and the data-deletion callback. Sources are pages
of Meta for Developers, named where they are used.
"""
