"""What we say when the assistant has no words of its own: fixed, short, true, and fit for everybody's eyes.

The public ones must pass the wall; a test holds each of them against it.
"""

from typing import Final

from gateway.messages import Channel

ACKNOWLEDGEMENT: Final = {
    Channel.TWITTER: "Thanks for writing to us. Let's sort this out in private: the button opens a message to us.",
    Channel.FACEBOOK: "Thanks for writing to us. Let's sort this out in private. This link opens a message to us:",
    Channel.TELEGRAM: "Thanks for writing to us. Let's sort this out in private: the button opens a chat with us.",
}
"""In public, with the way in. Said where the wall refused the assistant's own words."""

CLOSING: Final = (
    "Thanks for your patience. We've picked this up with you in private, and we're here if anything else comes up."
)
"""In public, once, after the matter was resolved in private. Reveals nothing."""

REMINDER: Final = {
    Channel.TWITTER: "We'd still like to help. The button below opens a private message to us whenever it suits you.",
    Channel.FACEBOOK: "We'd still like to help. This link opens a private message to us whenever it suits you:",
    Channel.TELEGRAM: "We'd still like to help. The button below opens a private chat with us whenever it suits you.",
}
"""In public, with the way in, once: the customer was asked aside and has not come."""

WHERE_TO_WRITE: Final = {
    Channel.TWITTER: "We'll leave it here for now. If you still need a hand, the button opens a private message to us.",
    Channel.FACEBOOK: "We'll leave it here for now. If you still need a hand, this link opens a private message to us:",
    Channel.TELEGRAM: "We'll leave it here for now. If you still need a hand, the button opens a private chat with us.",
}
"""In public, with the way in, once: the customer never came. Instead of the closing word."""

OFFER: Final = (
    "We tried to answer you in private and couldn't get through. This way it should work: we're glad to go on there."
)
"""In public, with a fresh way in, once: what we said in private does not reach the customer."""

HANDED_OVER_PUBLIC: Final = (
    "Thanks for your message. One of our team is taking over from here and will get back to you."
)
"""In public, once the case is in the queue."""

HANDED_OVER_PRIVATE: Final = (
    "I'm passing you to one of our team. They can see everything you've told me, so there's no need to repeat it."
)
"""In private, once the case is in the queue."""

UNHEALTHY_PRIVATE: Final = (
    "Sorry, I can't look into this right now. I've passed it to one of our team, with everything you've told me. "
    "They will get back to you here."
)
"""In private, when the assistant was not available."""

CRISIS_PRIVATE: Final = (
    "Thanks for writing to us. We're getting many more messages than usual, so this takes longer than it should. "
    "We have yours, and one of our team will answer you here."
)
"""In private, once in a crisis, to those whom the assistant's answer would have reached too late."""

CRISIS_PUBLIC: Final = (
    "Thanks for your message. We're getting many more than usual right now. We have yours, and our team will get back "
    "to you."
)
"""In public, once a thread in a crisis, where the operator has chosen so."""

WISHES: Final = {
    "stop": "Done: no more automatic answers here. Write START if you want them again. Our team reads what you write.",
    "start": "Welcome back: you get automatic answers here again.",
}
"""Where a customer has asked for no automatic answers, or for them again; in private and in public."""

HOW_TO_DELETE: Final = {
    Channel.TWITTER: "open the three dots on it, then Delete",
    Channel.FACEBOOK: "open the three dots beside it, then Delete",
    Channel.TELEGRAM: "press and hold it, then Delete for everyone",
}
LEAK_PUBLIC: Final = "Your message shows personal details. If you still see it here, please delete it: {how}."
"""In public, once a case, where we cannot write in private. Repeats none of them.

True whether or not the platform has let us hide or remove it; a hidden comment, too, is shown to its author."""

LEAK_PRIVATE: Final = (
    "Your public message shows personal details. If you still see it there, please delete it: {how}. "
    "We have what we need, so there's no need to repeat it."
)
"""In private, once a case."""

SPOKEN_IN_PUBLIC: Final = (
    *ACKNOWLEDGEMENT.values(),
    *REMINDER.values(),
    *WHERE_TO_WRITE.values(),
    CLOSING,
    OFFER,
    HANDED_OVER_PUBLIC,
    CRISIS_PUBLIC,
    *WISHES.values(),
    *(LEAK_PUBLIC.format(how=how) for how in HOW_TO_DELETE.values()),
)
"""All of the public ones."""
