"""The answers to customers' own matters."""

from __future__ import annotations

import pytest

from actions.account import AccountLocked
from actions.matter import Matter
from actions.orders import CancelOrder, ChangeAddress, WhereIsMyOrder
from actions.parcels import DamagedParcel, MissingItem
from actions.payments import ChargedTwice, InvoiceCopy, PaymentFailed
from actions.refunds import RefundStatus
from tests.unit.actions.stage import heard, play, shop

ANSWERS = [
    (WhereIsMyOrder, "104217", "utter_order_in_transit"),
    (WhereIsMyOrder, "104218", "utter_order_processing"),
    (WhereIsMyOrder, "104219", "utter_order_delivered"),
    (WhereIsMyOrder, "104220", "utter_order_delayed"),
    (WhereIsMyOrder, "104221", "utter_order_returned"),
    (WhereIsMyOrder, "104222", "utter_order_cancelled"),
    (WhereIsMyOrder, "104224", "utter_order_ready"),
    (ChangeAddress, "104218", "utter_address_changeable"),
    (ChangeAddress, "104217", "utter_address_in_transit"),
    (ChangeAddress, "104219", "utter_address_too_late"),
    (CancelOrder, "104218", "utter_cancel_possible"),
    (CancelOrder, "104222", "utter_cancel_done"),
    (CancelOrder, "104217", "utter_cancel_too_late"),
    (RefundStatus, "104221", "utter_refund_pending"),
    (RefundStatus, "104222", "utter_refund_sent"),
    (RefundStatus, "104217", "utter_refund_none"),
    (ChargedTwice, "104217", "utter_charge_single"),
    (InvoiceCopy, "104217", "utter_invoice"),
    (DamagedParcel, "104223", "utter_damage_recorded"),
    (MissingItem, "104223", "utter_missing_recorded"),
]


def known(number: str) -> dict[str, str]:
    return {"order_number": number, "email": "somebody@wren.example", "description": "a crack in the cup"}


@pytest.mark.parametrize(("matter", "number", "response"), ANSWERS)
async def test_the_answer_depends_on_the_order(matter: type[Matter], number: str, response: str) -> None:
    played = await play(matter(shop()), heard(matter.topic), known(number))
    assert played.responses == [response]
    assert played.effects == [{"type": "resolved", "topic": matter.topic}]
    assert played.slots == {"topic": matter.topic, "description": None}


async def test_days_and_amounts_are_written_as_people_say_them() -> None:
    played = await play(RefundStatus(shop()), heard("refund_status"), known("104221"))
    assert played.filled[0]["day"] == "Monday 23 November"
    assert played.filled[0]["amount"] == "£62.95"


async def test_no_answer_names_an_address_of_the_customer() -> None:
    for matter, number, _ in ANSWERS:
        played = await play(matter(shop()), heard(matter.topic), known(number))
        assert "@" not in str(played.filled)


async def test_a_matter_whose_form_gave_up_says_nothing() -> None:
    played = await play(CancelOrder(shop()), heard("inform"), {"order_number": "104218", "email": None})
    assert (played.responses, played.effects, played.events) == ([], [], [])


async def test_an_order_that_vanished_goes_to_a_person() -> None:
    played = await play(WhereIsMyOrder(shop()), heard("where_is_my_order"), known("199999"))
    assert played.effects == [{"type": "handoff", "reason": "sensitive"}]


async def test_two_real_payments_go_to_a_person() -> None:
    played = await play(ChargedTwice(shop()), heard("charged_twice"), known("104225"))
    assert (played.responses, played.effects) == ([], [{"type": "handoff", "reason": "sensitive"}])


@pytest.mark.parametrize(
    ("email", "response"),
    [("tom.brook@post.example", ["utter_account_locked"]), ("nina@wren.example", ["utter_account_open"])],
)
async def test_a_locked_account_is_explained(email: str, response: list[str]) -> None:
    assert (await play(AccountLocked(shop()), heard("account_locked"), {"email": email})).responses == response


async def test_an_account_that_security_closed_is_not_talked_about() -> None:
    played = await play(AccountLocked(shop()), heard("account_locked"), {"email": "amy.lowe@mail.example"})
    assert (played.responses, played.effects) == ([], [{"type": "handoff", "reason": "sensitive"}])


async def test_a_failed_payment_needs_no_data() -> None:
    assert (await play(PaymentFailed(shop()), heard("payment_failed"))).responses == ["utter_payment_failed"]
