"""Invented registrations for these tests, as a registration system would export them."""

from tests import venue

HEADER = "code,given,family,organisation,country,category,events,email,status"
CANARIES = ("Quillonette", "Brambleforth", "Ostrichfeather", "canary.quillonette@example.org")
"""Given name, family name, organisation, address: they may stand nowhere but where names belong."""


def row(
    code: str, category: str = "delegate", events: str = "wsis; ai4g", status: str = "approved",
    given: str = "Ana", family: str = "Sample", organisation: str = "Example Org",
    country: str = "Atlantis", email: str = "",
) -> str:  # fmt: skip
    return ",".join((code, given, family, organisation, country, category, events, email, status))


def file(*rows: str) -> str:
    return "\n".join((HEADER, *rows)) + "\n"


def canary(code: str = "R-CANARY") -> str:
    given, family, organisation, email = CANARIES
    return row(code, "minister", "wsis; ministerial", given=given, family=family,
               organisation=organisation, email=email)  # fmt: skip


def at_ms(moment: str) -> int:
    """Unix milliseconds of ``"07-08 09:00"`` at the venue."""
    return int(venue.at(moment).timestamp() * 1000)
