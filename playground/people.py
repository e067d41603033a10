"""Who lives here: six invented customers and the brand they talk to."""

from collections.abc import Sequence

import msgspec


class Customer(msgspec.Struct, frozen=True):
    """One invented person, with an account on each platform."""

    key: str
    name: str
    about: str
    x_id: str
    x_username: str
    facebook_id: str
    """The id in the Page's feed. It is not the PSID: a bot that mixes them up must fail here too."""
    psid: str
    """The Page-scoped id in Messenger."""
    telegram_id: int
    telegram_username: str

    @property
    def first_name(self) -> str:
        """What Telegram calls the first name."""
        return self.name.partition(" ")[0]

    @property
    def last_name(self) -> str:
        """What Telegram calls the last name."""
        return self.name.partition(" ")[2]


BRAND = "Wren & Co"
GROUP_ID = -1_002_114_870_311
GROUP_TITLE = "Wren & Co Community"


def _customer(number: int, key: str, name: str, about: str) -> Customer:
    handle = name.lower().replace(" ", "_")
    return Customer(
        key=key,
        name=name,
        about=about,
        x_id=str(1_690_000_000_000_000_000 + number * 7_310_022_914_113),
        x_username=handle,
        facebook_id=str(122_100_000_000_000 + number * 3_170_219),
        psid=str(24_610_000_000_000_000 + number * 91_007_443_127),
        telegram_id=611_480_000 + number * 10_337,
        telegram_username=handle,
    )


CUSTOMERS: Sequence[Customer] = (
    _customer(1, "ines", "Ines Marlow", "waits for a parcel"),
    _customer(2, "tom", "Tom Brandt", "in a hurry, types short"),
    _customer(3, "amara", "Amara Osei", "buys presents"),
    _customer(4, "jonas", "Jonas Lindqvist", "asks before he buys"),
    _customer(5, "mei", "Mei Tanabe", "paid twice, she thinks"),
    _customer(6, "sofia", "Sofia Duarte", "prefers to talk to people"),
)


class UnknownCustomerError(LookupError):
    """Nobody of that name lives here."""


def customer(key: str) -> Customer:
    """The customer called `key`."""
    for person in CUSTOMERS:
        if person.key == key:
            return person
    raise UnknownCustomerError(key)


def by_x(user_id: str) -> Customer | None:
    """The customer behind an X account."""
    return next((person for person in CUSTOMERS if person.x_id == user_id), None)


def by_psid(psid: str) -> Customer | None:
    """The customer behind a Messenger thread."""
    return next((person for person in CUSTOMERS if person.psid == psid), None)


def by_facebook(user_id: str) -> Customer | None:
    """The customer behind a comment."""
    return next((person for person in CUSTOMERS if person.facebook_id == user_id), None)


def by_telegram(user_id: int) -> Customer | None:
    """The customer behind a Telegram account."""
    return next((person for person in CUSTOMERS if person.telegram_id == user_id), None)
