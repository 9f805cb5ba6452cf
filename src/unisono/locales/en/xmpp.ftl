### What colleagues read of somebody in their XMPP program.

xmpp-until = until { $until }
xmpp-line-ringing = the telephone rings
xmpp-line-talking = on the phone
