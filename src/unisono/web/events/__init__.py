"""The event stream: one reader of the log in each web process, frames encoded once, many connections."""
