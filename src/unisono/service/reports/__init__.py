"""Reports: what the log says about the work, in figures of groups."""
