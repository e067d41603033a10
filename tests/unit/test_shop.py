"""The demo shop."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
import yaml

from actions.shop import DEMO_ORDERS, DemoShop

TODAY = date(2026, 11, 21)


@pytest.fixture
def shop() -> DemoShop:
    return DemoShop.from_file(today=lambda: TODAY)


async def test_an_order_is_found_by_its_number(shop: DemoShop) -> None:
    order = await shop.order("104217")
    assert order is not None
    assert (order.status, order.carrier, order.amount) == ("in_transit", "Swift Parcel", Decimal("89.00"))


async def test_days_are_counted_from_today(shop: DemoShop) -> None:
    order = await shop.order("104217")
    assert order is not None
    assert order.day == TODAY + timedelta(days=1)


async def test_an_unknown_number_is_no_order(shop: DemoShop) -> None:
    assert await shop.order("199999") is None


async def test_an_account_is_found_in_any_spelling(shop: DemoShop) -> None:
    account = await shop.account(" Nina@Wren.example ")
    assert account is not None
    assert account.locked_by == "nobody"


async def test_every_order_of_the_seed_file_can_be_read(shop: DemoShop) -> None:
    numbers = yaml.safe_load(DEMO_ORDERS.read_text(encoding="utf-8"))["orders"]
    assert len(numbers) == 12
    for number in numbers:
        assert number.startswith("1")
        assert len(number) == 6
        assert await shop.order(number) is not None


async def test_an_unknown_status_in_the_seed_is_named() -> None:
    seed = {"orders": {"104300": {"email": "x@y.example", "status": "lost", "days": 0, "amount": "1"}}, "accounts": []}
    with pytest.raises(ValueError, match=r"104300 .* 'lost'"):
        await DemoShop(seed).order("104300")
