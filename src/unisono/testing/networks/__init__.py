"""Networks that only their makers can run, played by script over real HTTP."""
