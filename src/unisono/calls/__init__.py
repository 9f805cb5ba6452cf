"""The states of a call, and how they are reconciled with what the telephony side sees.

Pure. Events go in with their times; what is so (`Facts`), what is wished (`Intent`) and what lacks between the two come out.

    facts   what telephony told, event by event or by a snapshot: it knows best who is up, held and bridged
    intent  what the house wants: who is to be rung, who is to hear whom, whether the caller waits or leaves
    lacking the commands that lead from one to the other, each under a key, so that none is given twice at once

Nothing depends on every event having come: whatever is lost, a snapshot sets the facts right and the same comparison
tells what still lacks.
"""

from unisono.calls.call import Call, again, due, heard, reconciled, stage, wished
from unisono.calls.facts import Facts, LegFact, Note, Stand, hear
from unisono.calls.follow import Hands, follow
from unisono.calls.intent import CallerWish, Intent, Lack, LegWish, lacking
from unisono.calls.outcome import Outcome, outcomes
from unisono.calls.reconcile import reconcile

__all__ = [
    "Call",
    "CallerWish",
    "Facts",
    "Hands",
    "Intent",
    "Lack",
    "LegFact",
    "LegWish",
    "Note",
    "Outcome",
    "Stand",
    "again",
    "due",
    "follow",
    "hear",
    "heard",
    "lacking",
    "outcomes",
    "reconcile",
    "reconciled",
    "stage",
    "wished",
]
