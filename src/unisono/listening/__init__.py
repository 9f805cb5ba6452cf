"""What is said about the company: query language, matcher, spikes, storms. Pure."""
