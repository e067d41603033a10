"""What the assistant may ask the shop's own systems, and a demo shop to try it with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, Protocol, get_args

import yaml

OrderStatus = Literal["processing", "in_transit", "delayed", "delivered", "ready_to_collect", "cancelled", "returned"]
RefundStatus = Literal["none", "pending", "sent"]

DEMO_ORDERS = Path(__file__).with_name("demo_orders.yml")


@dataclass(frozen=True)
class Refund:
    """Money on its way back."""

    status: RefundStatus
    #: The day it was sent or is due; None where there is no refund.
    day: date | None = None


@dataclass(frozen=True)
class Order:
    """An order as the shop knows it."""

    number: str
    email: str
    status: OrderStatus
    #: The day of the status: expected departure, arrival, last day to collect, or the day it happened.
    day: date
    #: What was paid, in pounds.
    amount: Decimal
    carrier: str = ""
    store: str = ""
    refund: Refund = Refund("none")
    #: How many payments were really taken, reservations not counted.
    payments: int = 1


@dataclass(frozen=True)
class Account:
    """A customer's account. `locked_by` says who locked it: nobody, too many attempts, or our security team."""

    email: str
    locked_by: Literal["nobody", "attempts", "security"]


class Shop(Protocol):
    """The shop's systems. Both look-ups may take time and may raise `OSError` when a system does not answer."""

    async def order(self, number: str) -> Order | None:
        """Return the order with this number of six digits, or None."""

    async def account(self, email: str) -> Account | None:
        """Return the account with this e-mail address in any spelling, or None."""


class DemoShop:
    """A shop in memory, read from a file once. Dates in the file are days from today, so they never get old."""

    def __init__(self, seed: dict[str, Any], today: Callable[[], date] = date.today) -> None:
        """Take over `seed`, as in `demo_orders.yml`."""
        self._orders: dict[str, dict[str, Any]] = seed["orders"]
        self._accounts = {account["email"]: Account(**account) for account in seed["accounts"]}
        self._today = today

    @classmethod
    def from_file(cls, path: Path = DEMO_ORDERS, today: Callable[[], date] = date.today) -> DemoShop:
        """Read the seed file."""
        return cls(yaml.safe_load(path.read_text(encoding="utf-8")), today)

    async def order(self, number: str) -> Order | None:
        """See `Shop`."""
        row = self._orders.get(number)
        return None if row is None else self._order(number, row)

    async def account(self, email: str) -> Account | None:
        """See `Shop`."""
        return self._accounts.get(email.strip().lower())

    def _order(self, number: str, row: dict[str, Any]) -> Order:
        if row["status"] not in get_args(OrderStatus):
            raise ValueError(f"Order {number} in the seed file has the unknown status {row['status']!r}.")
        refund = row.get("refund", {"status": "none"})
        return Order(
            number=number,
            email=row["email"],
            status=row["status"],
            day=self._day(row["days"]),
            amount=Decimal(row["amount"]),
            carrier=row.get("carrier", ""),
            store=row.get("store", ""),
            refund=Refund(refund["status"], self._day(refund["days"]) if "days" in refund else None),
            payments=row.get("payments", 1),
        )

    def _day(self, days: int) -> date:
        return self._today() + timedelta(days=days)
