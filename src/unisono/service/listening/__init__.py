"""Listening: monitors are kept, streams are heard, and what is found is decided on."""
