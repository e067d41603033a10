"""A desk on a busy morning, for browser tests and for screenshots of a real run."""

import zlib
from datetime import timedelta

import msgspec
from sqlalchemy.engine import Connection

from gateway.cases import HandoffReason
from gateway.files import recognise
from gateway.messages import Attachment, Author, Channel, Surface, WayIn
from gateway.sending import outbox
from gateway.sending.parcels import OutboxStatus
from gateway.storage import cases, files
from gateway.storage.tables import messages
from tests.factories import Story, Ticking


def guesses(*ranked: tuple[str, float], fallback: bool = False) -> dict[str, object]:
    """What the assistant made of a message."""
    return {
        "intent_ranking": [{"name": name, "confidence": share} for name, share in ranked],
        "fallback": fallback,
    }


def moved_aside(conn: Connection, clock: Ticking) -> str:
    """A public question that went on in private and ended with a person."""
    story = Story(conn, clock, channel=Channel.TWITTER, name="Marta Oliveira", handle="marta_oli")
    ranked = guesses(("where_is_my_order", 0.94), ("delivery_times", 0.04), ("complaint", 0.01))
    story.says("@wrenandco where is my order?? been waiting 9 days now", Surface.PUBLIC, understood=ranked)
    way_in = WayIn(url="https://twitter.com/messages/compose?recipient_id=1&text=x", label="Message us", code="x")
    story.answers(
        "Thanks for writing to us. Let's sort this out in private: the button below opens a message to us.",
        Surface.PUBLIC,
        way_in=way_in,
    )
    story.invites(arrived=True)
    clock.pass_by(minutes=3)
    story.says("Hi, it's about my parcel", understood=guesses(("where_is_my_order", 0.81), ("greet", 0.11)))
    story.answers("Of course. What is the order number? It begins with WR and is in your confirmation e-mail.")
    story.says("WR-48213")
    story.answers("Order WR-48213 left our warehouse on 12 November and should have arrived on the 16th.")
    story.says(
        "that's what the tracking said a week ago. it is stuck. I need it for saturday, can someone actually look?",
        understood=guesses(("complaint", 0.41), ("where_is_my_order", 0.38), ("human", 0.15), fallback=True),
    )
    cases.keep_dialogue(
        conn,
        story.case_id,
        {"version": 1, "slots": {"order_number": "WR-48213", "email": "marta@example.com", "carrier": "PostNord"}},
    )
    story.hands_over(HandoffReason.FALLBACK, topic="where_is_my_order", due_in=timedelta(minutes=42))
    thread = story.thread(Surface.PRIVATE)
    outbox.put_private(
        conn,
        story.case,
        thread,
        "I'm passing you to one of our team. They can see everything you've told me, so there's no need to repeat it.",
        author=Author.SYSTEM,
        now=clock(),
    )
    story.deliver(OutboxStatus.SENT)
    return story.case_id


def with_attachments(conn: Connection, clock: Ticking) -> str:
    """A customer who sent all kinds of things along, some of which are not to be had."""
    story = Story(conn, clock, channel=Channel.FACEBOOK, name="Soraya Belhaj", handle="")
    came = [
        Attachment(kind="image", native_id="p1", name="scratched-lamp.png"),
        Attachment(kind="document", native_id="p2", name="invoice 2026-11.pdf"),
        Attachment(kind="video", native_id="p3", name="unboxing.mp4", size=31_000_000),
        Attachment(kind="voice", native_id="p4"),
        Attachment(kind="location", words="52.5163, 13.3777"),
        Attachment(kind="contact", words="Karim Belhaj, +49 30 1234567"),
        Attachment(kind="link", url="https://wren.example/lamps", words="The lamp in the shop"),
        Attachment(kind="sticker", words="👍"),
    ]
    message_id = story.says("It came like this. What now?")
    told = [msgspec.to_builtins(one) for one in came]
    conn.execute(messages.update().where(messages.c.id == message_id).values(attachments=told))
    files.expect(conn, message_id, Channel.TELEGRAM, came, clock())
    pdf, picture = b"%PDF-1.7\n" + b"x" * 84_000, _picture()
    for awaited in files.claim(conn, [Channel.TELEGRAM], clock(), clock() + timedelta(minutes=5), 10):
        if awaited.source.kind == "video":
            files.refuse(conn, awaited, "It is larger than 20 MB.", clock())
        elif content := {"image": picture, "document": pdf}.get(awaited.source.kind):
            known = recognise(content)
            assert known is not None
            files.keep(conn, awaited, known, awaited.source.name, content, clock())
    story.hands_over(HandoffReason.ASKED, due_in=timedelta(minutes=50))
    return story.case_id


def _picture() -> bytes:
    """A small picture without a library: a gradient."""
    width, height = 320, 220
    lines = b"".join(b"\0" + bytes(v for x in range(width) for v in (x // 2 + 40, y, 120)) for y in range(height))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    size = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 2, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")


PICTURE = _picture()


def queue(conn: Connection, clock: Ticking) -> list[str]:
    """More customers, on all three channels."""
    made: list[str] = []
    for name, handle, channel, surface, words, reason, minutes, severity in _WAITING:
        story = Story(conn, clock, channel=channel, name=name, handle=handle)
        story.says(words, surface)
        story.hands_over(reason, due_in=timedelta(minutes=minutes), severity=severity, topic="")
        made.append(story.case_id)
        clock.pass_by(seconds=47)
    return made


def with_the_assistant(conn: Connection, clock: Ticking) -> str:
    """A case in which nobody is needed."""
    story = Story(conn, clock, channel=Channel.FACEBOOK, name="Jonas Weller", handle="")
    story.says("Do you deliver to Norway?", Surface.PUBLIC, understood=guesses(("delivery_countries", 0.97)))
    story.answers("Yes, we do. Parcels to Norway take three to five working days.", Surface.PUBLIC)
    return story.case_id


_WAITING = [
    ("Tom Aldridge", "tom.a", Channel.TELEGRAM, Surface.PRIVATE,
     "I want to talk to a human please", HandoffReason.ASKED, 6, 0),
    ("Yuki Tanabe", "yukit", Channel.TWITTER, Surface.PUBLIC,
     "charged TWICE for one lamp. not okay @wrenandco", HandoffReason.NEGATIVE, 25, 1),
    ("Noor el Haddad", "", Channel.FACEBOOK, Surface.PRIVATE,
     "My mother died, how do I close her account?", HandoffReason.SENSITIVE, 30, 2),
    ("Piotr Zawadzki", "pz", Channel.TELEGRAM, Surface.PRIVATE,
     "paczka przyszła uszkodzona, co mam zrobić?", HandoffReason.FALLBACK, 55, 0),
    ("Ana-Lucía Fernández de la Vega y Montoya", "analu", Channel.TWITTER, Surface.PRIVATE,
     "hello? anyone?", HandoffReason.BOT_UNHEALTHY, -4, 0),
]  # fmt: skip
