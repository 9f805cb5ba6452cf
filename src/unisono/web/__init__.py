"""The HTTP API, the event stream, webhooks, sessions and the files of the desk.

An I/O room. Handlers parse, authorise and call one verb each; they hold no rules of their own.
"""
