"""Whose badge was refused, for a guard to compare: asked of the server at that moment.

The lane itself knows no names. What it hears goes to its page, which shows it while the light
lasts; nothing of it is kept here.
"""

import msgspec

from gate.access.wire import Compared
from gate.client import AskedTooOften, CallRefused, Client, ServerAway
from gate.words.words import Words

WAIT_S = 5.0
"""Longer nobody stands there for a photo."""


class Person(msgspec.Struct, frozen=True):
    """What the page shows beside a refusal. Without a name, `note` says why there is none."""

    name: str = ""
    about: str = ""
    photo: bytes = b""
    """JPEG; empty when there is none."""
    alt: str = ""
    note: str = ""


class Comparing:
    def __init__(self, client: Client, words: Words) -> None:
        self._client = client
        self._words = words

    async def person(self, text: str) -> Person:
        """Whose badge the text is. Never raises: what fails, the guard reads in words."""
        try:
            found = await self._client.compare(text, WAIT_S)
        except AskedTooOften:
            return Person(note=self._words.say("lane-photo-too-often"))
        except ServerAway:
            return Person(note=self._words.say("lane-photo-offline"))
        except CallRefused:
            return Person(note=self._words.say("lane-photo-none"))
        return self._told(found)

    def _told(self, found: Compared) -> Person:
        about = (found.category, found.organisation, found.country)
        return Person(
            name=found.name,
            about=" · ".join(each for each in about if each),
            photo=found.photo,
            alt=self._words.say("lane-photo-of", {"name": found.name}),
            note="" if found.photo else self._words.say("lane-photo-none"),
        )
