"""Who takes what, now, and why. Pure: facts in, decisions with reasons out."""
