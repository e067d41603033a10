"""Starts the action server: `python -m actions.serve`.

rasa-sdk's own command listens on all interfaces. This one listens on loopback only, because whoever can reach it can
ask about any order. Port: `ACTIONS_PORT` (5055). Alive: `GET /health`.
"""

from __future__ import annotations

import hmac
import logging
import os
import sys

from rasa_sdk.endpoint import create_app
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import Action
from sanic import Request, Sanic
from sanic.response import HTTPResponse, json

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


def action_app(shop: Shop, token: str) -> Sanic:  # type: ignore[type-arg]
    """Return the web application, for who knows the token."""
    executor = ActionExecutor()
    for action in all_actions(shop):
        executor.register_action(action)
    app = create_app(executor, cors_origins=[])

    @app.on_request
    async def only_ours(request: Request) -> HTTPResponse | None:
        """Whoever may ask an action may ask about any order: nobody but the assistant, and no page in a browser."""
        given = request.headers.get("authorization", "").encode(errors="replace")
        if request.path == "/health" or hmac.compare_digest(given, f"Bearer {token}".encode()):
            return None
        return json({"error": "unauthorized", "message": "The token is wrong."}, status=401)

    return app


def main() -> None:
    """Serve until stopped, in one process."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    port = int(os.environ.get("ACTIONS_PORT", DEFAULT_PORT))
    token = os.environ.get("ASIDE_BOT_TOKEN", "")
    if not token:
        sys.exit("ASIDE_BOT_TOKEN is not set. `make setup` writes one into .env.")
    logging.getLogger("rasa_sdk.utils").setLevel(logging.ERROR)  # it doubts each call that Rasa 3.6 and it go together
    app = action_app(DemoShop.from_file(), token)
    app.run(host=HOST, port=port, single_process=True, access_log=False, motd=False)


if __name__ == "__main__":
    main()
