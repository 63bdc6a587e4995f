"""Registering somebody who walked in: with a code of their own, approved or waiting for it."""

import secrets

from gate.access.badge_number import ALPHABET
from gate.access.model import CategoryId, Status
from gate.server.desk.correcting import Correction, changed
from gate.server.desk.editing import Doing, add
from gate.server.registrations.fields import FieldError
from gate.server.registrations.parse import Registration
from gate.server.service import Service
from gate.server.store.registrations import Stored

CODE_CHARS = 8
REQUIRED = ("family", "category", "entitlements")


async def register(service: Service, details: Correction, doing: Doing, approved: bool) -> Stored:
    """Raises FieldError naming the field."""
    for name in REQUIRED:
        if not getattr(details, name):
            raise FieldError(f"{name}: empty, expected a value")
    code = "W-" + "".join(secrets.choice(ALPHABET) for _ in range(CODE_CHARS))
    nobody = Registration(
        code=code, given="", family="", name_on_badge="", native_name="", organisation="",
        country="", category=CategoryId(""), entitlements=(), email="", language="en", photo="",
        status=Status.APPROVED if approved else Status.PENDING,
    )  # fmt: skip
    return await add(service, changed(nobody, details, service.policy), doing)
