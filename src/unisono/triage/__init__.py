"""What a text is about: language, and later relevance, sentiment, topic, urgency. Pure."""
