"""The bot's commands, as the customer's app lists them behind its menu button in private chats.

connect -> getMyCommands -> as they should be? nothing to do : setMyCommands
a command that a customer sends -> what it says (`spoken`)
Source: Bot API 10.0, `setMyCommands`, `BotCommand`, `BotCommandScopeAllPrivateChats`, read 22 Nov 2026.
"""

import re
from typing import Any, Final

from gateway.channels.care import Check, Step
from gateway.channels.telegram.account import Account
from gateway.channels.telegram.request import Request
from gateway.errors import SendError

_SCOPE: Final = {"type": "all_private_chats"}
"""In groups the bot is named; a list of commands there would be in everybody's way."""
_BRAND_LENGTH: Final = 64  # characters of a bot's name, of the 256 of a description
_COMMAND: Final = re.compile(r"/(help|human)(?:@\w+)?\s*", re.IGNORECASE)
_SPOKEN: Final = {"help": ("help", ""), "human": ("human", "human")}


def wanted(brand: str) -> list[dict[str, str]]:
    """The commands in the words of a brand, which is the bot's own name."""
    brand = brand.strip()[:_BRAND_LENGTH] or "us"
    told = {
        "start": f"Begin a chat with {brand}",
        "help": f"What {brand} can help you with here",
        "human": f"Talk to a person at {brand}",
        "stop": "No more automatic answers",
    }
    return [{"command": command, "description": words} for command, words in told.items()]


def spoken(text: str) -> tuple[str, str] | None:
    """What a command says, and the choice that it is, if any; None for anything else.

    `/start` and `/stop` are not for here: the one brings a code along, the other means the same without its slash.
    """
    found = _COMMAND.fullmatch(text)
    return _SPOKEN[found.group(1).lower()] if found else None


async def set_up(request: Request, account: Account) -> Step:
    """Have the app list the commands. Raises nothing."""
    try:
        commands = wanted(str((await account.learn()).get("first_name", "")))
        if await _listed(request) == commands:
            return Step(words="The bot's commands are listed already.", done=True)
        await request.ask("setMyCommands", commands=commands, scope=_SCOPE)
    except SendError as error:
        return Step(words=f"The bot's commands were not listed. {error.message}", done=False)
    return Step(words=f"The bot's commands are listed: {_named(commands)}.", done=True)


async def check(request: Request, advice: str) -> Check:
    """Whether the commands are listed. Another list may be the operator's own: that is well. Raises nothing."""
    try:
        listed = await _listed(request)
    except SendError as error:
        return Check(name="commands", well=None, words=f"It cannot be told. {error.message}")
    if not listed:
        return Check(name="commands", well=True, words="The customers' apps list no commands.", advice=advice)
    return Check(name="commands", well=True, words=f"The customers' apps list {_named(listed)}.")


async def _listed(request: Request) -> list[dict[str, str]]:
    found: Any = await request.ask("getMyCommands", scope=_SCOPE)
    known = found if isinstance(found, list) else []
    return [
        {"command": str(each.get("command")), "description": str(each.get("description"))}
        for each in known
        if isinstance(each, dict)
    ]


def _named(commands: list[dict[str, str]]) -> str:
    return ", ".join(f"/{each['command']}" for each in commands)
