"""The pretend Facebook, put together."""

from collections.abc import Callable

from playground.delivery import Courier
from playground.facebook.account import Account
from playground.facebook.api import GraphApi
from playground.facebook.deeds import FacebookDeeds
from playground.facebook.events import FacebookEvents, FacebookRoute
from playground.facebook.files import Files
from playground.facebook.messenger import Messenger
from playground.facebook.page import Page
from playground.facebook.records import FacebookState
from playground.ids import Clock
from playground.settings import Settings


class FacebookParts:
    """One Page, its Messenger, and the API and the hands that reach both."""

    def __init__(
        self,
        state: FacebookState,
        settings: Settings,
        courier: Courier,
        clock: Clock,
        changed: Callable[[], None],
        note: Callable[..., None],
    ) -> None:
        root = f"http://127.0.0.1:{settings.playground_port}/facebook"
        files = Files(state, settings.aside_home, root)
        events = FacebookEvents(courier, state, files, settings.facebook_page_id, clock)
        self.page = Page(state, settings.facebook_page_id, events, clock, changed)
        messenger = Messenger(state, self.page, events, clock, changed)
        self.api = GraphApi(self.page, messenger, files, Account(state, settings, changed), settings, note)
        self.deeds = FacebookDeeds(self.page, messenger, files)
        courier.add_route("facebook", FacebookRoute(settings))
