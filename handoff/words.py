"""Names in the words of agents, for what the store keeps as codes."""

from typing import Final

REASONS: Final = {
    "asked": "Asked for a person",
    "fallback": "Not understood",
    "loop": "Going in circles",
    "negative": "Upset",
    "sensitive": "Sensitive",
    "crisis": "Crisis",
    "form_failed": "Details not found",
    "low_conf_high_risk": "Too risky to guess",
    "bot_unhealthy": "Assistant was down",
    "undeliverable": "Not delivered",
    "takeover": "Taken over",
    "unreadable": "Encrypted",
    "opted_out": "No automatic answers",
    "automated": "Another program",
    "no_show": "Did not come aside",
    "left_hanging": "Got no answer",
}

STATES: Final = {
    "bot": "With the assistant",
    "queued": "Waiting for a person",
    "active": "Active",
    "waiting_customer": "Customer's turn",
    "on_hold": "On hold",
    "resolved": "Resolved",
}

NAMELESS: Final = "Somebody"
"""Who has no name with us: Messenger, for one, tells none."""

CHANNELS: Final = {"twitter": "X", "facebook": "Facebook", "telegram": "Telegram"}

OUTAGES: Final = {
    "unreachable": "cannot be reached",
    "locked_out": "does not let us in: the operator must renew its token",
}

CHANNEL_STATES: Final = {"off": "Off", "well": "On", "unwell": "Not well", "failing": "Not working"}

UNWELL: Final = {
    "arrivals": "silent for unusually long",
    "asking": "cannot be asked",
    "catch-up": "something was missing",
    "token": "its token is not well",
    "webhook": "its webhook is not well",
}

PUBLIC_PLACES: Final = {
    "twitter": "Post on X",
    "facebook": "Comment on the Facebook Page",
    "telegram": "Telegram group",
}

PRIVATE_PLACES: Final = {
    "twitter": "Direct message on X",
    "facebook": "Messenger",
    "telegram": "Private chat on Telegram",
}

ATTACHMENTS: Final = {
    "image": "Picture",
    "video": "Video",
    "voice": "Voice message",
    "audio": "Sound",
    "document": "Document",
    "location": "Place",
    "contact": "Contact",
    "sticker": "Sticker",
    "link": "Link",
    "other": "Something that Aside does not know",
}

DELIVERIES: Final = {
    "queued": "Sending",
    "sent": "Sent",
    "failed": "Not sent",
    "unclear": "Unclear",
    "withdrawn": "Never sent",
}

DELIVERIES_AT_LENGTH: Final = {
    "queued": "Waiting to go out.",
    "sent": "The platform took it.",
    "failed": "The platform refused it.",
    "withdrawn": "The customer did not get it: it would have come too late, or a person took over first.",
    "unclear": "No answer came back: it may have arrived. It is not sent again by itself.",
}

MOVES: Final = {
    "seen": "Waits for our word",
    "answered": "Answered where asked",
    "acked": "Being asked aside",
    "invited": "Invited into private",
    "reminded": "Reminded once",
    "watched": "Did not come: a person looks",
    "arrived": "Came into private",
    "private_resolved": "Resolved in private",
    "public_closed": "Closed in public",
    "closed_no_show": "Closed: did not come",
}

STAGES: Final = {
    "seen": "Seen",
    "acknowledged": "Acknowledged",
    "invited": "Invited",
    "arrived": "Arrived",
    "resolved": "Resolved",
    "closed": "Closed",
    "no_show": "Did not come",
}
"""How far a public thread came on the way aside."""

PERIODS: Final = {"day": "24 hours", "week": "7 days", "month": "30 days"}

NEXT_MOVES: Final = {
    "seen": "a person looks",
    "acked": "to be reminded",
    "invited": "to be reminded",
    "reminded": "a person looks",
    "watched": "to be closed",
    "arrived": "to be closed, if nobody says anything,",
    "private_resolved": "to be closed",
}
"""What is done next about a public thread, at its due time."""

CLOSED_WITH_A_WORD: Final = ("watched", "arrived", "private_resolved")
"""States of a public thread in which it can be closed with a word when the case is resolved."""

PROOFS: Final = {
    "first_contact": "wrote first from here",
    "code": "came by a link that stood in public",
    "private_reply": "joined by a private reply",
}
