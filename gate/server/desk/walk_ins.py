"""Registering somebody who walked in: with a code of their own, approved or waiting for it.

The page makes a key for each form it opens, and the code follows from the key: a form sent twice,
by a double click or after a lost answer, meets its own first registration and makes no second one.
"""

import hashlib
import secrets
from dataclasses import replace

from gate.access.badge_number import ALPHABET
from gate.access.model import CategoryId, Status
from gate.server.desk.correcting import Correction, changed
from gate.server.desk.editing import Doing, add
from gate.server.problem import Refused
from gate.server.registrations.fields import FieldError
from gate.server.registrations.parse import Registration
from gate.server.service import Service
from gate.server.store import registrations
from gate.server.store.registrations import Stored

CODE_CHARS = 8
REQUIRED = ("family", "category", "entitlements")


async def register(
    service: Service, details: Correction, doing: Doing, approved: bool, key: str = ""
) -> Stored:
    """Raises FieldError naming the field; Refused when the form was sent before in other words."""
    for name in REQUIRED:
        if not getattr(details, name):
            raise FieldError(f"{name}: empty, expected a value")
    nobody = Registration(
        code=_code(key or secrets.token_hex(16)), given="", family="", name_on_badge="",
        native_name="", organisation="", country="", category=CategoryId(""), entitlements=(),
        email="", language="en", photo="", status=Status.APPROVED if approved else Status.PENDING,
    )  # fmt: skip
    asked = changed(nobody, details, service.policy)
    try:
        return await add(service, asked, doing)
    except Refused as refused:
        before = await registrations.one(service.pool, service.policy.edition, asked.code)
        if not key or before is None:
            raise
        if replace(before.registration, status=asked.status) == asked:
            return before
        whom = before.registration.name_on_badge
        raise Refused(
            409, "Registered already", f"this form was sent before, for {whom}: correct them"
        ) from refused


def _code(key: str) -> str:
    digest = hashlib.sha256(b"walk-in\0" + key.encode()).digest()
    return "W-" + "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[:CODE_CHARS])
