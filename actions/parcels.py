"""Parcels that arrived broken, incomplete or with the wrong thing in them."""

from rasa_sdk.executor import CollectingDispatcher

from actions.matter import OrderMatter
from actions.shop import Order


class DamagedParcel(OrderMatter):
    """The customer chooses between replacement and refund behind the link."""

    topic = "damaged_parcel"

    def answer_for(self, dispatcher: CollectingDispatcher, order: Order) -> bool:
        """See `OrderMatter`."""
        dispatcher.utter_message(response="utter_damage_recorded", order=order.number)
        return True


class MissingItem(OrderMatter):
    """The same for what is missing or wrong."""

    topic = "missing_item"

    def answer_for(self, dispatcher: CollectingDispatcher, order: Order) -> bool:
        """See `OrderMatter`."""
        dispatcher.utter_message(response="utter_missing_recorded", order=order.number)
        return True
