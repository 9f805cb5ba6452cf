"""The verbs, one file each: load, decide, write, in one transaction."""
