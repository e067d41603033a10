"""Repeats what is said, by opsdroid's regex parser."""

from opsdroid.matchers import match_regex
from opsdroid.skill import Skill


class Repeat(Skill):
    """One skill."""

    @match_regex(r"(?P<text>.+)")
    async def repeat(self, message):
        """Answer with the same words."""
        await message.respond(f"You said: {message.text}")
