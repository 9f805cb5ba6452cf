"""What a process counts and times of itself. All in one place, so that the reference page can be made from it.

Labels are ids, enums and numbers: no text, name or handle may stand in one (law 8).
"""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY: Final = CollectorRegistry()
#: A write transaction holds nothing but SQL; above this many seconds it holds up others.
SLOW_WRITE_S: Final = 0.02

WRITE_SECONDS: Final = Histogram(
    "unisono_write_transaction_seconds", "Time that write transactions held their locks, commit included.",
    buckets=(0.001, 0.0025, 0.005, 0.01, SLOW_WRITE_S, 0.05, 0.1, 0.25, 1.0, 5.0), registry=REGISTRY,
)  # fmt: skip
WRITES_SLOW: Final = Counter(
    "unisono_write_transactions_slow", f"Write transactions of more than {SLOW_WRITE_S * 1000:.0f} ms.", registry=REGISTRY
)
LOOP_LAG_SECONDS: Final = Gauge(
    "unisono_event_loop_lag_seconds", "Longest time in the last 10 seconds that this process answered nobody.", registry=REGISTRY
)
REQUEST_SECONDS: Final = Histogram(
    "unisono_http_request_seconds", "Time to the end of the answer, without event streams.", ("method", "route", "status"),
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0, 5.0), registry=REGISTRY,
)  # fmt: skip
STREAMS_OPEN: Final = Gauge("unisono_event_streams_open", "Desks that this process tells of changes.", registry=REGISTRY)
RECEIVED: Final = Counter(
    "unisono_items_received", "Raw items that were new in the inbox, by channel.", ("channel",), registry=REGISTRY
)  # fmt: skip
SENT: Final = Counter(
    "unisono_send_attempts",
    "Attempts to send an answer, by channel and the state that came of it.",
    ("channel", "state"),
    registry=REGISTRY,
)
WEBHOOKS: Final = Counter(
    "unisono_webhook_deliveries", "Attempts to deliver to a webhook, by webhook and what came of it: delivered, waiting, dead.",
    ("webhook", "state"), registry=REGISTRY,
)  # fmt: skip
WEBHOOK_SECONDS: Final = Histogram(
    "unisono_webhook_seconds", "Time until a webhook's address answered, or was given up.",
    buckets=(0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0), registry=REGISTRY,
)  # fmt: skip
INBOX_WAITING: Final = Gauge(
    "unisono_inbox_waiting", "Raw items that were stored and not yet read (told by the clock).", registry=REGISTRY
)
INBOX_OLDEST_SECONDS: Final = Gauge(
    "unisono_inbox_oldest_seconds", "Age of the oldest of them (told by the clock).", registry=REGISTRY
)
QUARANTINED: Final = Gauge("unisono_quarantined", "Items that wait for a person (told by the clock).", registry=REGISTRY)
OUTBOX: Final = Gauge(
    "unisono_outbox", "Answers that have not arrived, by state (told by the clock).", ("state",), registry=REGISTRY
)
INTERACTIONS: Final = Gauge(
    "unisono_interactions", "Open interactions by state (told by the clock).", ("state",), registry=REGISTRY
)
LONGEST_WAIT_SECONDS: Final = Gauge(
    "unisono_longest_wait_seconds", "How long the longest waiting enquiry has waited (told by the clock).", registry=REGISTRY
)

CALL_EVENTS: Final = Counter(
    "unisono_call_events", "What telephony told, by driver and type, and what became of it: taken, again, late, ...",
    ("driver", "type", "result"), registry=REGISTRY,
)  # fmt: skip
CALLS_TURNED_AWAY: Final = Counter(
    "unisono_calls_turned_away",
    "Requests of telephony that were turned away, by driver and reason: full, draining, flood, malformed, refer.",
    ("driver", "reason"), registry=REGISTRY,
)  # fmt: skip
CALL_LAG: Final = Histogram(
    "unisono_call_event_seconds", "Time from an event of a call until all that follows from it was stored.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 5.0), registry=REGISTRY,
)  # fmt: skip
HANDS_BROKEN: Final = Gauge(
    "unisono_hands_broken", "Enquiries in a state that cannot be, by kind, or that nobody can ever take (told by the clock).",
    ("kind",), registry=REGISTRY,
)  # fmt: skip
HANDS_MENDED: Final = Counter(
    "unisono_hands_mended", "How often the watch over hands mended one, by kind.", ("kind",), registry=REGISTRY
)
REPORTS_BEHIND_S: Final = Gauge(
    "unisono_reports_behind_seconds", "How old the figures of reports are (told by the clock).", registry=REGISTRY
)
DESKS_LOST: Final = Counter("unisono_desks_lost", "Agents logged off because nothing was heard of them.", registry=REGISTRY)
LISTENING_POSTS: Final = Counter(
    "unisono_listening_posts", "Public posts that were held against the monitors, by source.", ("source",), registry=REGISTRY
)
ALERTS_TOLD: Final = Counter(
    "unisono_alerts_told", "Alerts of monitors by mail and chat, by what came of them.", ("kind", "state"), registry=REGISTRY
)
TRIAGE_RUNS: Final = Counter(
    "unisono_triage_learnings", "Learnings of triage's heads, by what came of them.", ("result",), registry=REGISTRY
)
AID_ASKS: Final = Counter(
    "unisono_aid_asks",
    "What the writing aid was asked, by what it was and what came of it.",
    ("kind", "result"),
    registry=REGISTRY,
)
LISTENING_LAG_SECONDS: Final = Gauge(
    "unisono_listening_lag_seconds", "How far behind the network's clock the newest post of a source was matched.",
    ("source",), registry=REGISTRY,
)  # fmt: skip
LISTENING_LANE_WAITING: Final = Gauge(
    "unisono_listening_lane_waiting",
    "Messages of heard posts that stand in a lane of NATS, to be matched by any node (told by every listener).",
    ("lane",), registry=REGISTRY,
)  # fmt: skip


def counted(counter: Counter) -> float:
    """Return what a counter without labels stands at."""
    name = next(iter(counter.describe())).name
    return REGISTRY.get_sample_value(f"{name}_total") or 0.0
