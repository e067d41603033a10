"""Accounts that somebody cannot get into."""

from rasa_sdk.executor import CollectingDispatcher

from actions import effects
from actions.matter import Matter


class AccountLocked(Matter):
    """Tells how to get in again, unless our security team closed the account: only people may talk about that."""

    topic = "account_locked"

    async def answer(self, dispatcher: CollectingDispatcher, known: dict[str, str]) -> bool:
        """See `Matter`."""
        account = await self._shop.account(known["email"])
        if account is None or account.locked_by == "security":
            effects.handoff(dispatcher, "sensitive")
            return False
        response = "utter_account_locked" if account.locked_by == "attempts" else "utter_account_open"
        dispatcher.utter_message(response=response)
        return True
