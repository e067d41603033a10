"""Requests in every combination: each way to ask with each name of data, and each harmless word about it."""

from gateway.messages import Channel
from gateway.privacy.wall import Wall, WallKind

ASKS = """
Can you send us {your}?
Could you please provide {your}?
Please share {your} so we can check.
What's {your}?
What is {your} please?
May I have {your}?
Could I get {your} please?
We'll need {your} to look into this.
I just need {your}.
Do you have {your}?
Have you got {your} handy?
Please confirm {your}.
Can you confirm {your} for me?
If you give us {your} we can help.
Once we have {your} we'll check.
Reply with {your} please.
Please reply here with {your} and we'll look.
Let us know {your} and we'll take a look.
Kindly share {your}.
Drop {your} below.
{Your} please?
{Your}?
And {your}?
Hi Sam, {your} please.
Would you mind telling us {your}?
Mind sharing {your}?
Any chance you could send {your}?
Could we trouble you for {your}?
We can't find it without {your}.
Without {your} we're unable to look it up.
Tell us {your}.
Pop {your} over and we'll check.
Shoot us {your}.
Give me {your} and I'll see.
To help, we require {your}.
Can you remind us of {your}?
Would you be able to let us have {your}?
It would help to have {your}.
{Your} would be helpful.
{Your} is needed to go on.
We're missing {your}.
We still don't have {your}.
I'll have to ask for {your}.
Can you tell me {your}?
Can we have {your}?
Please include {your} in your reply.
Please quote {your}.
Post {your} here.
Comment with {your}.
What was {your}?
How about sending us {your}?
Please help us with {your}.
Can someone give us {your}?
Send {your}!
Please verify {your}.
Let's have {your}.
Please advise {your}.
Could you write {your} here?
Are you able to share {your}?
"""
HARMLESS = """
You can find {your} in the confirmation.
Please don't post {your} here.
Never share {your} with anyone.
Please DM us {your}.
Can you DM us {your} please?
Send us a private message with {your}.
{Your} is in the e-mail we sent.
You can change {your} in the app.
We will never ask for {your}.
We don't need {your} for that.
Please check {your} in the app.
Enter {your} on our website.
Keep {your} to hand when you call us.
Please remove {your} from your post.
{Your} stays private.
To update {your}, go to Settings.
For your safety, please do not share {your} in public.
If {your} has changed, tell us in the app.
You'll need {your} to log in.
We've hidden your comment because it shows {your}.
Please send {your} by DM, not here.
Could you message us privately with {your}?
Forgotten {your}? Look in your e-mails.
We never share {your} with third parties.
Where do I find {my}? In the e-mail.
"""
DATA = """
your order number
your booking reference
your e-mail address
your email
your full name
your name and postcode
your phone number
your mobile number
your account number
your customer number
your home address
your delivery address
your date of birth
your ticket number
your tracking number
your membership number
your username
your postcode
your reservation code
your case number
your invoice number
your surname
your card number
your bank details
your contact details
your zip code
your PNR
the last four digits of your card
the email on the account
the name on the booking
your policy number
your order details
your order ID
your reference
your loyalty number
your driving licence number
your passport number
your IBAN
your gamertag
your order number and email
"""
IN_NO_WAY = ("your card number",)  # asked for neither here nor in private


def said(templates: str) -> list[str]:
    return [
        template.replace("{your}", data)
        .replace("{Your}", data[0].upper() + data[1:])
        .replace("{my}", data.replace("your", "my"))
        for template in templates.strip().splitlines()
        for data in DATA.strip().splitlines()
        if not (data in IN_NO_WAY and any(way in template for way in ("DM", "privat")))
    ]


def test_every_way_to_ask_is_refused_for_every_kind_of_data(wall: Wall) -> None:
    texts = said(ASKS)
    passed = [
        text
        for text in texts
        if WallKind.REQUEST not in {finding.kind for finding in wall.findings(text, Channel.FACEBOOK)}
    ]
    assert len(texts) > 2000
    assert passed == []


def test_every_harmless_word_about_every_kind_of_data_passes(wall: Wall) -> None:
    texts = said(HARMLESS)
    assert len(texts) > 900
    assert [text for text in texts if wall.findings(text, Channel.FACEBOOK)] == []
