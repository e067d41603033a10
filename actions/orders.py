"""Where an order is, and what can still be changed about it."""

from rasa_sdk.executor import CollectingDispatcher

from actions.matter import OrderMatter
from actions.shop import Order
from actions.wording import spoken_day

_STATUS_RESPONSES = {
    "processing": "utter_order_processing",
    "in_transit": "utter_order_in_transit",
    "delayed": "utter_order_delayed",
    "delivered": "utter_order_delivered",
    "ready_to_collect": "utter_order_ready",
    "cancelled": "utter_order_cancelled",
    "returned": "utter_order_returned",
}


class WhereIsMyOrder(OrderMatter):
    """Needs the number alone: the answer names no person and no address."""

    topic = "where_is_my_order"

    def answer_for(self, dispatcher: CollectingDispatcher, order: Order) -> bool:
        """See `OrderMatter`."""
        dispatcher.utter_message(
            response=_STATUS_RESPONSES[order.status],
            order=order.number,
            day=spoken_day(order.day),
            carrier=order.carrier,
            store=order.store,
        )
        return True


class ChangeAddress(OrderMatter):
    """The address itself is never said in a chat: the customer enters it behind their log-in."""

    topic = "change_address"

    def answer_for(self, dispatcher: CollectingDispatcher, order: Order) -> bool:
        """See `OrderMatter`."""
        if order.status == "processing":
            response = "utter_address_changeable"
        elif order.status in ("in_transit", "delayed"):
            response = "utter_address_in_transit"
        else:
            response = "utter_address_too_late"
        dispatcher.utter_message(
            response=response, order=order.number, day=spoken_day(order.day), carrier=order.carrier
        )
        return True


class CancelOrder(OrderMatter):
    """Actions never write, so the last click is the customer's."""

    topic = "cancel_order"

    def answer_for(self, dispatcher: CollectingDispatcher, order: Order) -> bool:
        """See `OrderMatter`."""
        if order.status == "processing":
            response = "utter_cancel_possible"
        elif order.status == "cancelled":
            response = "utter_cancel_done"
        else:
            response = "utter_cancel_too_late"
        dispatcher.utter_message(response=response, order=order.number, day=spoken_day(order.day))
        return True
