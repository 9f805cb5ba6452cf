"""Rules: when something happens, if it is like this, then do that. Pure: facts and rules in, what is to be done and why out."""
