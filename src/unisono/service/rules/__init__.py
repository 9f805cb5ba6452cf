"""Rules at work: kept, applied when something happens, and looked at before they are."""
