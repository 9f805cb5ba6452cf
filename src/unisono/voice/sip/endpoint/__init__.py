"""The process that holds the SIP stack: what it is ordered it does, what happens it tells."""
