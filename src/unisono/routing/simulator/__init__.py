"""The router at work on invented arrivals: what waits, who serves, what comes of it.

Its input is a file of parameters: rates and distributions. It has no reader for what really came.
"""
