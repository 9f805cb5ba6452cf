"""Every type of event in the log, with its version and what its body holds: ids, enums and numbers only.

The schemas in `docs/events/` are made from this; a type that is emitted without standing here fails the tests.
"""

from typing import Final

from msgspec import Struct, field


class EventType(Struct, frozen=True, kw_only=True):
    """A type of event. `body`: names to JSON Schema types; a name that ends in `?` may be missing or null."""

    summary: str
    body: dict[str, str] = field(default_factory=dict)
    v: int = 1


ID: Final = "uuid"
ENUM: Final = "string"

OF_AGENTS: Final = frozenset({"agent.changed", "interaction.offered"})
"""Types after which an agent's state, skills or capacity in use is another; an offer takes capacity."""

OF_MERGES: Final = frozenset({"customer.merged", "customer.unmerged"})
"""Types after which conversations are another customer's."""

EVENT_TYPES: Final[dict[str, EventType]] = {
    "message.received": EventType(
        summary="Something was said by a customer, or by our account elsewhere.", body={"message_id": ID, "direction": ENUM}
    ),
    "message.edited": EventType(summary="A message or one of its files changed.", body={"message_id": ID}),
    "message.deleted": EventType(
        summary="A message's content is gone: deleted at the source, erased or expired.", body={"message_id": ID}
    ),
    "note.added": EventType(summary="A colleague wrote a note.", body={"message_id": ID}),
    "answer.queued": EventType(
        summary="An answer was written and waits for its network; rule_id: by a rule; aside: to a third party.",
        body={"message_id": ID, "rule_id?": ID, "aside?": "boolean"},
    ),
    "answer.changed": EventType(summary="An answer's delivery changed.", body={"message_id": ID, "delivery": ENUM}),
    "answer.held": EventType(
        summary="An answer waits: to be taken back, for its time, or for approval; or its time was changed.",
        body={"message_id": ID, "state": ENUM},
    ),
    "answer.withdrawn": EventType(summary="An answer was taken back before any network had it.", body={"message_id": ID}),
    "answer.stopped": EventType(
        summary="The customer wrote, so a scheduled answer was not sent by itself.", body={"message_id": ID}
    ),
    "answer.approved": EventType(summary="A second person approved an answer.", body={"message_id": ID}),
    "answer.rejected": EventType(summary="A second person rejected an answer.", body={"message_id": ID}),
    "note.mentioned": EventType(
        summary="A colleague is named in a note.", body={"message_id": ID, "mention_id": ID, "user_id": ID}
    ),
    "mention.read": EventType(summary="Somebody read where they are named.", body={"mention_id": ID, "user_id": ID}),
    "triage.labelled": EventType(
        summary="Somebody said what a customer's text is, or took it back.", body={"item_id": ID, "head": ENUM}
    ),
    "triage.changed": EventType(summary="Heads of triage were learned, or another version was chosen.", body={}),
    "monitor.changed": EventType(summary="A monitor was added or changed.", body={"monitor_id": ID}),
    "monitor.found": EventType(
        summary="A monitor found so many posts that it had not found before.", body={"monitor_id": ID, "posts": "integer"}
    ),
    "monitor.mention_changed": EventType(
        summary="Somebody decided on what a monitor found, or it is being answered.", body={"mention_id": ID, "state": ENUM}
    ),
    "monitor.spiked": EventType(
        summary="A monitor found unusually much: so many posts within so many seconds, where `usual` would have been.",
        body={
            "monitor_id": ID,
            "alert_id": ID,
            "posts": "integer",
            "window_s": "integer",
            "usual": "number",
            "webhook_ids?": "array",
        },
    ),
    "monitor.calmed": EventType(
        summary="A monitor finds as much as usual again.", body={"monitor_id": ID, "alert_id": ID, "webhook_ids?": "array"}
    ),
    "monitor.not_told": EventType(
        summary="An alert did not reach a mailbox or chat (failed), or nobody can say whether it did (unknown).",
        body={"monitor_id": ID, "target_id": ID, "alert_id?": ID, "state": ENUM},
    ),
    "storm.changed": EventType(summary="A storm began, grew, was answered or ended.", body={"storm_id": ID, "state": ENUM}),
    "source.changed": EventType(
        summary="A public stream was added, switched, taken away, or stands otherwise than before.", body={"source_id": ID}
    ),
    "source.gap_found": EventType(summary="A public stream no longer had what was said in between.", body={"source_id": ID}),
    "interaction.created": EventType(
        summary="A customer asked, so many seconds before it came in; a unit of work waits.",
        body={"previous_id?": ID, "units": "integer", "age_s?": "number"},
    ),
    "interaction.changed": EventType(
        summary="It changed while open. by: customer or third_party, who wrote again; storm: it waits for no storm's answer.",
        body={"by": ENUM},
    ),
    "interaction.offered": EventType(
        summary="It was reserved for an agent, with the capacity that it takes.", body={"offer_id": ID}
    ),
    "interaction.given": EventType(
        summary="It was offered to a certain agent, not by the router: its customer wrote, or a colleague hands it over.",
        body={"offer_id": ID, "by": ENUM},
    ),
    "interaction.accepted": EventType(summary="The agent took the offer.", body={"offer_id": ID}),
    "interaction.returned": EventType(
        summary="It went back to its place in the queue; the cause tells why: declined, expired, logged_off, lost, silence, ...",
        body={"cause": ENUM, "offer_id?": ID, "reason?": ENUM},
    ),
    "interaction.taken": EventType(summary="An agent took it by hand."),
    "interaction.transferred": EventType(
        summary="It was handed to a queue, to a colleague, or to whoever has a skill.",
        body={"from_queue_id?": ID, "queue_id?": ID, "from_agent_id?": ID, "skill?": ENUM, "level?": "integer", "rule_id?": ID},
    ),
    "interaction.assigned": EventType(
        summary="A supervisor put it into somebody's hands, or took it over.",
        body={"how": ENUM, "from_agent_id?": ID, "offer_id?": ID},
    ),
    "interaction.prioritised": EventType(
        summary="A person or a rule set how urgent it is.", body={"from": "integer", "to": "integer", "rule_id?": ID}
    ),
    "interaction.classed": EventType(
        summary="A rule set what class of work it is.", body={"from_class_id?": ID, "work_class_id": ID, "rule_id": ID}
    ),
    "interaction.approval_asked": EventType(
        summary="A rule set whose answers to it wait for a second person.", body={"approval": ENUM, "rule_id": ID}
    ),
    "interaction.rule_applied": EventType(
        summary="A rule was applied to it; what it did, and why, stands with the application.",
        body={"rule_id": ID, "application_id": ID, "webhook_ids?": "array"},
    ),
    "interaction.unparked": EventType(
        summary="It was taken up again; the cause tells when nobody did: time, customer, or interruption_over.",
        body={"cause?": ENUM},
    ),
    "interaction.parked": EventType(
        summary="It was set aside; its capacity is free, but for the share that its class keeps. Cause interrupted: until what "
        "cannot wait is over.",
        body={"cause?": ENUM},
    ),
    "interaction.finished": EventType(summary="The talk ended; the wrap-up began."),
    "interaction.wrapped_up": EventType(
        summary="It was closed; code is time_over when the wrap-up time ended it.",
        body={"code_id?": ID, "code?": ENUM, "rule_id?": ID},
    ),
    "interaction.marked_spam": EventType(
        summary="It was closed as spam; code is blocked when its author is, else spam.", body={"code": ENUM, "offer_id?": ID}
    ),
    "interaction.restored": EventType(
        summary="What was done to it was taken back: it stands as before; cause is undone or not_spam.", body={"cause": ENUM}
    ),
    "conversation.tagged": EventType(
        summary="A conversation was given a tag, or one was taken off.", body={"tag_id": ID, "on": "boolean", "rule_id?": ID}
    ),
    "tag.changed": EventType(summary="A tag was added or changed.", body={"tag_id": ID}),
    "identity.blocked": EventType(
        summary="What comes from an identity is kept unrouted from now on.", body={"identity_id": ID, "customer_id": ID}
    ),
    "identity.unblocked": EventType(
        summary="What comes from an identity is routed again.", body={"identity_id": ID, "customer_id": ID}
    ),
    "interaction.consult_asked": EventType(
        summary="A colleague, or whoever has a skill, was asked about it.", body={"consult_id": ID}
    ),
    "interaction.consult_opened": EventType(
        summary="A colleague helps with it; whose work it is stays as it is.", body={"consult_id": ID}
    ),
    "interaction.consult_ended": EventType(
        summary="Nobody is asked any more; how: declined, ended, work_gone, logged_off or lost.",
        body={"consult_id": ID, "how": ENUM},
    ),
    "interaction.warned": EventType(summary="A deadline comes near.", body={"kind": ENUM, "late_s": "integer"}),
    "interaction.breached": EventType(
        summary="A deadline has passed: of a service level, or of the network's reply window.",
        body={"kind": ENUM, "late_s": "integer"},
    ),
    "interaction.due_changed": EventType(summary="Its deadline moved: a service level, a calendar or a promise changed."),
    "interaction.reopened": EventType(summary="A closed conversation was opened again by hand.", body={"previous_id?": ID}),
    "interaction.case_changed": EventType(summary="It was put into a case, or taken out of it.", body={"case_id?": ID}),
    "conversation.changed": EventType(
        summary="Conversations were merged, unmerged, linked, unlinked or split; told of each that it concerns.",
        body={"how": ENUM, "bond_id": ID},
    ),
    "call.answered": EventType(
        summary="A customer on the phone has somebody to speak with: the call's answer, once.", body={"call_id": ID}
    ),
    "call.changed": EventType(
        summary="A call went on: it rings, somebody was connected or put on hold, it is over.",
        body={"call_id": ID, "stage": ENUM},
    ),
    "case.opened": EventType(summary="A case was opened for an enquiry.", body={"case_id": ID}),
    "case.changed": EventType(
        summary="A case changed: what is in it, its title, state, owner, members or notes.", body={"case_id": ID}
    ),
    "agent.changed": EventType(
        summary="An agent's state, skills or capacity in use changed.", body={"state?": ENUM, "reason?": ENUM}
    ),
    "hands.broken": EventType(
        summary="The watch over hands found so many enquiries of a kind that cannot be, or that nobody can ever take.",
        body={"kind": ENUM, "count": "integer"},
    ),
    "channel.changed": EventType(summary="A channel's settings or health changed.", body={"state?": ENUM}),
    "queue.changed": EventType(summary="A queue or its members changed."),
    "queue.reserve_changed": EventType(
        summary="A reserve that follows the load moved: so many agents are kept idle now.", body={"agents": "number"}
    ),
    "queue.opened": EventType(summary="A queue's opening hours began."),
    "queue.closed": EventType(summary="A queue's opening hours ended."),
    "calendar.changed": EventType(summary="Business hours or holidays changed.", body={"calendar_id": ID}),
    "service_level.changed": EventType(summary="A service level changed, or what one counts by.", body={"service_level_id": ID}),
    "skill.changed": EventType(summary="A skill was added or changed."),
    "work_class.changed": EventType(
        summary="A class of work changed, or what a channel's work counts as.", body={"work_class_id?": ID, "channel_id?": ID}
    ),
    "estimate.changed": EventType(
        summary="What the router reckons with for a class of work was learnt anew; null is the configured number.",
        body={"work_class_id": ID, "handling_s?": "number", "patience_s?": "number"},
    ),
    "webhook.changed": EventType(
        summary="A webhook was added, changed, removed, or switched off for its failures.", body={"webhook_id": ID}
    ),
    "rule.changed": EventType(summary="A rule was added, changed, moved or removed.", body={"rule_id?": ID}),
    "wallboard.changed": EventType(summary="A threshold of the wallboard changed, of a queue or of the house."),
    "setting.changed": EventType(summary="A setting of the house changed."),
    "user.changed": EventType(summary="A person or their grants changed."),
    "report.sent": EventType(summary="A scheduled report went out by mail.", body={"schedule_id": ID}),
    "report.not_sent": EventType(
        summary="A scheduled report did not go out (failed), or nobody can say whether it did (unknown).",
        body={"schedule_id": ID, "state": ENUM},
    ),
    "people.permit_changed": EventType(
        summary="A permit to look at single people was asked for, agreed to, or has ended.",
        body={"permit_id": ID, "kind": ENUM, "state": ENUM},
    ),
    "people.looked": EventType(summary="Somebody looked at a single person, under a permit.", body={"kind": ENUM}),
    "customer.changed": EventType(
        summary="A person set how much a customer counts.", body={"customer_id": ID, "from": "number", "to": "number"}
    ),
    "customer.merged": EventType(
        summary="Customers were found to be one person; told of each of them that this concerns.", body={"customer_id": ID}
    ),
    "customer.unmerged": EventType(
        summary="A merge was undone; told of each customer that this concerns.", body={"customer_id": ID}
    ),
    "customer.noted": EventType(
        summary="What colleagues know of a customer changed: a note, a field, a claim.", body={"customer_id": ID}
    ),
    "customer.erased": EventType(summary="A person was erased.", body={"customer_id": ID}),
    "quarantine.changed": EventType(summary="An item went into or out of quarantine.", body={"inbox_id": ID}),
    "gap.found": EventType(summary="Between two pulls items were lost to us at the network."),
}


def json_schema(name: str) -> dict[str, object]:
    """Return the JSON Schema of an event as the log and the webhooks carry it."""
    kind = EVENT_TYPES[name]
    properties: dict[str, object] = {}
    for field_name, type_ in kind.body.items():
        schema: dict[str, object] = {"type": "string", "format": "uuid"} if type_ == ID else {"type": type_}
        if field_name.endswith("?"):
            schema = {**schema, "type": [schema["type"], "null"]}
        properties[field_name.removesuffix("?")] = schema
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": name,
        "description": kind.summary,
        "type": "object",
        "required": ["type", "v", "cursor", "at", "body"],
        "properties": {
            "type": {"const": name},
            "v": {"const": kind.v},
            "cursor": {"type": "string"},
            "at": {"type": "string", "format": "date-time"},
            **{ref: {"type": ["string", "null"], "format": "uuid"} for ref in _REFERENCES},
            "access_class": {"type": ["integer", "null"]},
            "body": {
                "type": "object",
                "properties": properties,
                "required": [n for n in kind.body if not n.endswith("?")],
            },
        },
    }


_REFERENCES: Final = ("actor_id", "channel_id", "conversation_id", "interaction_id", "queue_id", "agent_id")
