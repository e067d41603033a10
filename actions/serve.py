"""Starts the action server: `python -m actions.serve`.

rasa-sdk's own command listens on all interfaces. This one listens on loopback only, because whoever can reach it can
ask about any order. Port: `ACTIONS_PORT` (5055). Alive: `GET /health`.
"""

from __future__ import annotations

import logging
import os

from rasa_sdk.endpoint import create_app
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import Action
from sanic import Sanic

from actions.account import AccountLocked
from actions.conversation import LeaveMatter, TakeUp
from actions.fallback import Fallback, OutOfScope
from actions.forms import FORMS, FormCheck
from actions.handoff import Handoff
from actions.orders import CancelOrder, ChangeAddress, WhereIsMyOrder
from actions.parcels import DamagedParcel, MissingItem
from actions.payments import ChargedTwice, InvoiceCopy, PaymentFailed
from actions.privacy import MoveAside
from actions.refunds import RefundStatus
from actions.shop import DemoShop, Shop

HOST = "127.0.0.1"
DEFAULT_PORT = 5055

MATTERS = (
    WhereIsMyOrder,
    ChangeAddress,
    CancelOrder,
    RefundStatus,
    InvoiceCopy,
    DamagedParcel,
    MissingItem,
    AccountLocked,
    PaymentFailed,
    ChargedTwice,
)


def all_actions(shop: Shop) -> list[Action]:
    """Return one of each action, all looking at `shop`."""
    return [
        Handoff(),
        MoveAside(),
        Fallback(),
        OutOfScope(),
        LeaveMatter(),
        TakeUp(),
        *(matter(shop) for matter in MATTERS),
        *(FormCheck(intent, shop) for intent in FORMS),
    ]


def action_app(shop: Shop) -> Sanic:  # type: ignore[type-arg]
    """Return the web application; no page of another site may call it."""
    executor = ActionExecutor()
    for action in all_actions(shop):
        executor.register_action(action)
    return create_app(executor, cors_origins=[])


def main() -> None:
    """Serve until stopped, in one process."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    port = int(os.environ.get("ACTIONS_PORT", DEFAULT_PORT))
    app = action_app(DemoShop.from_file())
    app.run(host=HOST, port=port, single_process=True, access_log=False, motd=False)


if __name__ == "__main__":
    main()
