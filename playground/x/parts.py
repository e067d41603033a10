"""The parts of the pretend X, put together.

customers (deeds) -> platform -> events -> the road to the gateway; the gateway -> api -> platform, media, hooks, tokens
"""

from collections.abc import Callable

from playground.delivery import Courier
from playground.ids import Clock, snowflake
from playground.settings import Settings
from playground.x.api import XApi
from playground.x.events import XEvents, XRoute
from playground.x.hooks import Hooks
from playground.x.media import Media
from playground.x.oauth import OAuth
from playground.x.objects import Objects
from playground.x.platform import X
from playground.x.records import XState
from playground.x.tokens import Tokens


class XParts:
    """One X."""

    def __init__(
        self, state: XState, settings: Settings, courier: Courier, clock: Clock, changed: Callable[[], None]
    ) -> None:
        def next_id() -> str:
            state.last_id = snowflake(clock, state.last_id)
            return str(state.last_id)

        route = XRoute(settings, clock)
        courier.add_route("x", route)
        brand_id, own_url = settings.twitter_user_id, settings.webhook("twitter")
        media = Media(state, next_id, f"http://127.0.0.1:{settings.playground_port}", changed)
        hooks = Hooks(state, brand_id, own_url, route.prove, next_id, clock, changed)
        tokens = Tokens(state, settings, clock, changed)
        objects = Objects(state, settings, media)
        events = XEvents(objects, media, hooks, courier, brand_id, clock)
        self.platform = X(state, settings, objects, events, clock, changed, media, next_id)
        self.api = XApi(self.platform, settings, OAuth(settings, tokens), [media, hooks, tokens])
