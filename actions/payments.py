"""Payments that failed or were taken twice, and the papers about them."""

from rasa_sdk.executor import CollectingDispatcher

from actions import effects
from actions.matter import Matter, OrderMatter
from actions.shop import Order
from actions.wording import spoken_amount


class PaymentFailed(Matter):
    """The same advice for everybody; there may be no order yet that one could look up."""

    topic = "payment_failed"

    async def answer(self, dispatcher: CollectingDispatcher, known: dict[str, str]) -> bool:
        """See `Matter`."""
        dispatcher.utter_message(response="utter_payment_failed")
        return True


class ChargedTwice(OrderMatter):
    """Explains a reservation; a payment that really was taken twice is a person's business."""

    topic = "charged_twice"

    def answer_for(self, dispatcher: CollectingDispatcher, order: Order) -> bool:
        """See `OrderMatter`."""
        if order.payments > 1:
            effects.handoff(dispatcher, "sensitive")
            return False
        dispatcher.utter_message(response="utter_charge_single", order=order.number, amount=spoken_amount(order.amount))
        return True


class InvoiceCopy(OrderMatter):
    """Gives the link; the invoice itself holds an address and stays behind the log-in."""

    topic = "invoice_copy"

    def answer_for(self, dispatcher: CollectingDispatcher, order: Order) -> bool:
        """See `OrderMatter`."""
        dispatcher.utter_message(response="utter_invoice", order=order.number)
        return True
