"""Calls between browsers: a visitor's "call us" page and the agent's phone in the desk, without a phone number and without SIP.

Sound goes straight from browser to browser. What telephony otherwise does in a switch (who rings, who hears whom, what
records) stands here in one small document for each call, the board; browsers do what their view of it says.
"""
