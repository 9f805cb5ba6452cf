"""The organisation's own directory: who works there, found by name, department or number, and called by a click."""
