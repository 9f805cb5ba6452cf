"""Triage at work: texts are judged as they come, people say what they are, heads learn from that; nothing is dropped."""
