"""The HTTP API, one file a subject. A route parses, names the action it needs, calls a verb and shows the view."""
