"""The writing aid: a language model of the house's choice drafts, translates and sums up; a person decides. Off by default."""
