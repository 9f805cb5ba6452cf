"""One self-contained folder per network, all alike."""
