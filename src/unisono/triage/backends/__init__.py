"""Heavier back ends: models that somebody else made and the house chose. Off by default; nothing of ours waits for one."""
