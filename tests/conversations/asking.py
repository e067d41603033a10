"""Public words of agents by kind: requests for personal data, confirmations, and words that harm nobody.

ways to ask x names of data x what is said around -> a request; a list each for the others
"""

import random
from typing import Final

_DATA: Final = (
    "order number", "email address", "phone number", "full name", "postcode", "address", "date of birth",
    "booking reference", "account number", "tracking number", "surname", "mobile number", "customer number",
    "delivery address", "last four digits of your card", "membership number", "email", "billing address",
)  # fmt: skip
_ASKS: Final = (
    "What's your {data}?",
    "What is your {data}?",
    "Could you tell us your {data} please?",
    "Can you send us your {data}?",
    "Please reply with your {data}.",
    "Please share your {data} here.",
    "May I have your {data}?",
    "Can I get your {data} please?",
    "We need your {data} to look into this.",
    "Can you confirm your {data}?",
    "Just drop your {data} below and we'll check.",
    "Send over your {data} and I'll chase it.",
    "Let us know your {data} and we'll have a look.",
    "Would you mind giving us your {data}?",
    "Comment your {data} and we'll sort it.",
    "Do you have your {data} to hand? Post it here.",
    "Could you provide your {data} so we can help?",
    "I just need your {data} to find you in our system.",
    "Please tell me your {data} in your next reply.",
    "{Data}?",
)
_BEFORE: Final = ("", "", "Hi! ", "Sorry to hear that. ", "Oh no! ", "Thanks for your message. ", "Happy to help! ")
_AFTER: Final = ("", "", " Thanks!", " 🙏", " ^Kim", " Cheers")
_WHOLE: Final = (
    "Which address should it go to?",
    "Just need your surname and booking reference to check.",
    "Reply here with the name on the account and we'll have a look.",
    "Who is the order under?",
    "What name was it booked under?",
    "And the postcode?",
    "Which email did you use when you ordered?",
    "What number can we reach you on?",
)
_CONFIRMATIONS: Final = (
    "I can see your account, and your order has shipped.",
    "Your refund has been processed.",
    "We've cancelled your order as you asked.",
    "Your order is on its way.",
    "I've found your order, it left our warehouse this morning.",
    "We have updated the address on your account.",
    "Your parcel was delivered yesterday.",
    "I can confirm that your order was placed.",
    "Your account has been unlocked.",
    "We've refunded you in full.",
    "Your replacement was sent out today.",
)
_HARMLESS: Final = (
    "Thanks for your patience, we have written to you in private.",
    "Sorry about that! We've sent you a private message.",
    "We're on it, and will get back to you there.",
    "Thank you for letting us know. Our stores are open until 7pm today.",
    "Glad that helped! Have a lovely day.",
    "Sorry for the wait today, our team is busier than usual.",
    "Standard delivery takes 2-4 working days.",
    "You can return anything within 30 days, in any store.",
    "Please don't post personal details here, we'll go on in private.",
    "Thanks for the kind words, we'll pass them on to the team.",
    "Please send us a private message and we'll look into it straight away.",
    "Could you DM us your order number? Then we can have a look.",
    "We're sorry to hear that. Please check your messages, we have answered there.",
    "Yes, gift cards can be used online and in all our shops.",
    "The lantern is back in stock next week.",
    "Express delivery costs £7.95 and arrives the next working day.",
    "Refunds take 3 to 5 working days once we have received a return.",
    "Our York shop has a workshop for repairs, drop in any time.",
    "We ship to the whole of the UK and to Ireland.",
    "You'll find the care instructions on the product page.",
    "That's not the experience we want anybody to have, sorry.",
    "Have you tried turning it off and on again?",
    "Which of the two colours do you like better?",
    "When did the light start flickering?",
    "Does the error come up in the app or on the website?",
    "Lovely picture, thanks for sharing!",
    "We've replied to you in private, and we'll go on there.",
    "Happy birthday! Hope you have a great day.",
    "Our team is on it and we'll post an update here as soon as it's fixed.",
    "The website is back up, thanks for bearing with us.",
    "Good question! All our wood is FSC certified.",
    "You can reach us on 0808 157 0142, every day from 8 to 8.",
    "Students get 10% off, there's more about it on our website.",
    "We don't have that one any more, sorry. The larger one is very similar.",
    "Thanks! What did you like most about it?",
    "No worries at all, take your time.",
    "Our sale starts on 27 November at 9am.",
    "We'd love to help. Please use the link above to message us.",
)


def request(dice: random.Random) -> str:
    """Words that ask for personal data."""
    if dice.random() < 0.15:
        return dice.choice(_WHOLE)
    data = dice.choice(_DATA)
    asked = dice.choice(_ASKS).format(data=data, Data=data[0].upper() + data[1:])
    return dice.choice(_BEFORE) + asked + dice.choice(_AFTER)


def confirmation(dice: random.Random) -> str:
    """Words that tell everybody that somebody is a customer, or what became of their order."""
    return dice.choice(_CONFIRMATIONS)


def harmless(dice: random.Random, amount: int) -> list[str]:
    """So many different words that anybody may read: X takes none twice."""
    return dice.sample(_HARMLESS, amount)
