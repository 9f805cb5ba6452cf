"""Calls as work: the call follows its unit of work, and the work follows what happens on the line.

Whoever has the enquiry in hand speaks; whoever is offered it is rung; the customer waits with music while nobody is. So every
verb on work (offer, accept, decline, transfer, park, finish) is a verb on calls as well, and there is one queue.
"""
