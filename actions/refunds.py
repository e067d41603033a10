"""Where a refund is."""

from rasa_sdk.executor import CollectingDispatcher

from actions.matter import OrderMatter
from actions.shop import Order
from actions.wording import spoken_amount, spoken_day

_RESPONSES = {"none": "utter_refund_none", "pending": "utter_refund_pending", "sent": "utter_refund_sent"}


class RefundStatus(OrderMatter):
    """Says what was refunded and when."""

    topic = "refund_status"

    def answer_for(self, dispatcher: CollectingDispatcher, order: Order) -> bool:
        """See `OrderMatter`."""
        dispatcher.utter_message(
            response=_RESPONSES[order.refund.status],
            order=order.number,
            amount=spoken_amount(order.amount),
            day=spoken_day(order.refund.day) if order.refund.day else "",
        )
        return True
