"""Badges to print: one invented person, under any pseudonym, signed by the test key."""

from gate.access.model import DeviceId
from gate.access.wire import BadgeData, DeviceRole, Enrolled
from tests import badges, venue

IDENTITY = Enrolled(DeviceId("printer"), 1, "token", DeviceRole.PRINTER, "wsis-ai4g-2026")


def badge(holder: int = 0xC0FFEE, generation: int = 1) -> BadgeData:
    text = venue.badge(holder=holder, generation=generation)
    return badges.badge(holder=holder, generation=generation, text=text)
