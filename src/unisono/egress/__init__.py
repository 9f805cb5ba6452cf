"""The one way out: the HTTP client through which every connector and every webhook calls the outside.

An I/O room. Guards against requests to private addresses, and bounds hosts, sizes and times.
"""
