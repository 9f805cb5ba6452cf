"""The demo: an invented company whose customers write on a scripted network, by mail and in the web chat."""
