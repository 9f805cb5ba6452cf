"""Law 3's cases: one file for each kind of verb, found by looking into this folder."""
