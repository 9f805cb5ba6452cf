"""The composition root: settings, command line, roles, the PostgreSQL supervisor, demo, logs and metrics.

The one place that knows every room and puts them together.
"""
