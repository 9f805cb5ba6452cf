### Presence to and from one's own XMPP program.

accounts-presence = Where I am there counts here, too
accounts-presence-new = Your program is being asked
accounts-presence-asked = Your program asks you whether we may see you; say yes there
accounts-presence-granted = Your presence there counts
accounts-presence-refused = Your program said no. Take the tick away and set it again to be asked once more.
accounts-shown = In colleagues' XMPP programs
accounts-shown-choice = Colleagues with a linked XMPP account may see there how I can be reached
accounts-shown-text = They add you as a contact. Your address there:
