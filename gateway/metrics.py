"""What Prometheus is told. Labels are channels, queues, results and reasons; never an id, a name or a text.

Gauges are read from the tables when asked for, and count only what waits; what has ended is counted by each process
as it happens, since its own start. So an answer costs the same after a million cases.
"""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY: Final = CollectorRegistry()

webhooks = Counter(
    "aside_webhook_received_total", "Deliveries by the platforms.", ["channel", "result"], registry=REGISTRY
)
webhook_events = Counter(
    "aside_webhook_events_total", "Events in them, new or repeated.", ["channel", "result"], registry=REGISTRY
)
catch_up_events = Counter(
    "aside_catch_up_events_total", "Events that a platform was asked for, new or repeated.", ["channel", "result"],
    registry=REGISTRY,
)  # fmt: skip
repaired = Counter(
    "aside_repaired_total", "Events that a webhook should have brought, and that were fetched.", ["channel"],
    registry=REGISTRY,
)  # fmt: skip
channel_checks = Gauge(
    "aside_channel_check", "1: well; 0: not well; -1: it cannot be told.", ["channel", "check"], registry=REGISTRY
)
channel_silence = Gauge(
    "aside_channel_silence_seconds", "Since something last came in by the channel.", ["channel"], registry=REGISTRY
)
webhook_seconds = Histogram(
    "aside_webhook_ack_seconds",
    "From the whole body to our answer.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
    registry=REGISTRY,
)
assistant_seconds = Histogram("aside_rasa_seconds", "One call to the assistant.", ["result"], registry=REGISTRY)
sends = Counter(
    "aside_send_total", "Messages of ours, by what became of them.", ["channel", "result"], registry=REGISTRY
)
acts = Counter(
    "aside_act_total", "Customers' public messages hidden or removed.", ["channel", "act", "result"], registry=REGISTRY
)
look_ups = Counter(
    "aside_look_up_total", "Unclear messages that a platform was asked for.", ["channel", "result"], registry=REGISTRY
)
send_seconds = Histogram("aside_send_seconds", "One call to a platform.", ["channel"], registry=REGISTRY)
handoffs = Counter("aside_handoff_total", "Cases handed to people.", ["reason"], registry=REGISTRY)
wall_refusals = Counter(
    "aside_wall_refusals_total", "Public texts that the wall refused.", ["author"], registry=REGISTRY
)
queue_depth = Gauge("aside_queue_depth", "What waits.", ["queue"], registry=REGISTRY)
queue_oldest = Gauge(
    "aside_queue_oldest_seconds", "For how long the oldest of a queue has waited: what a stuck one shows.", ["queue"],
    registry=REGISTRY,
)  # fmt: skip
dead_letters = Gauge("aside_dead_letters", "Events that nobody has understood, for `aside replay`.", registry=REGISTRY)
assistant_breaker = Gauge(
    "aside_rasa_breaker_state", "0: the assistant is asked; 1: one probe; 2: left alone.", registry=REGISTRY
)
platform_breaker = Gauge(
    "aside_platform_breaker_state", "0: sent to; 1: one probe; 2: left alone.", ["channel"], registry=REGISTRY
)
send_waits = Histogram(
    "aside_rate_limit_wait_seconds",
    "What a message waits for its platform's limits, or for a platform that is away.",
    ["channel"],
    buckets=(0.01, 0.05, 0.25, 1, 5, 30, 120, 600),
    registry=REGISTRY,
)
crises = Gauge("aside_crisis", "Whether more comes in than the channel lets out.", ["channel"], registry=REGISTRY)
