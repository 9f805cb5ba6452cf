"""A scripted Asterisk: its REST interface and its event socket, on loopback.

Written after the published interface (github.com/asterisk/asterisk, rest-api/api-docs, August 2026) and after what res_stasis
is documented to do: an application without a socket is inactive, what happens meanwhile is told to nobody, channels that were in
it stay, new ones come back to the dialplan with STASISSTATUS=FAILED. No sound is carried, and time passes when a test says so.
"""
