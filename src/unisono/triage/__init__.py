"""What a text is about, and how much it matters: language, heads that learn on site, a gate that never drops, urgency. Pure."""
