"""Questions for the runs with Rasa, such as the data answers with a text: each assistant has one answer to each."""

from typing import Final

QUESTIONS: Final = [
    "how long does delivery take?",
    "what does shipping cost",
    "do you ship to Ireland?",
    "can I pick it up in the store",
    "what is your returns policy",
    "can I swap it for another size",
    "how long is the guarantee",
    "how many days does a refund take",
    "what time do you open on Sundays",
    "where are your stores",
    "how do gift cards work",
    "where do I enter a promo code",
    "is there a discount for students",
    "do you match other shops' prices",
    "how do I leave the newsletter",
    "are your parcels plastic free",
    "are you hiring",
    "what payment methods do you accept",
    "can I pay in instalments",
    "are you a bot or a real person",
]
