"""What Prometheus is told. Labels are channels, results and reasons; never an id, a name or a text."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY: Final = CollectorRegistry()

webhooks = Counter(
    "aside_webhook_received_total", "Deliveries by the platforms.", ["channel", "result"], registry=REGISTRY
)
webhook_events = Counter(
    "aside_webhook_events_total", "Events in them, new or repeated.", ["channel", "result"], registry=REGISTRY
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
send_seconds = Histogram("aside_send_seconds", "One call to a platform.", ["channel"], registry=REGISTRY)
handoffs = Counter("aside_handoff_total", "Cases handed to people.", ["reason"], registry=REGISTRY)
wall_refusals = Counter(
    "aside_wall_refusals_total", "Public texts that the wall refused.", ["author"], registry=REGISTRY
)
inbox_depth = Gauge("aside_inbox_events", "Events in the inbox.", ["channel", "status"], registry=REGISTRY)
outbox_depth = Gauge("aside_outbox_messages", "Messages in the outbox.", ["channel", "status"], registry=REGISTRY)
