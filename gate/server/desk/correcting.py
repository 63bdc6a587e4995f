"""What a desk may change of a registration, checked as an import checks it."""

from dataclasses import replace
from datetime import date
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from gate.access.model import Entitlement, EventId
from gate.access.policy import Policy
from gate.server.registrations import fields
from gate.server.registrations.fields import FieldError
from gate.server.registrations.parse import Registration
from gate.server.store.registrations import Stored

ATTENTION = ("escort", "medical", "protocol")
Text = Annotated[str, Meta(max_length=300)] | UnsetType


class Holding(msgspec.Struct, frozen=True):
    event: Annotated[str, Meta(max_length=64)]
    days: tuple[date, ...]


class Correction(msgspec.Struct, frozen=True, omit_defaults=True):
    """Only what is named changes."""

    given: Text = UNSET
    family: Text = UNSET
    name_on_badge: Text = UNSET
    native_name: Text = UNSET
    organisation: Text = UNSET
    country: Text = UNSET
    category: Text = UNSET
    email: Text = UNSET
    language: Text = UNSET
    entitlements: Annotated[tuple[Holding, ...], Meta(max_length=64)] | UnsetType = UNSET
    attention: Annotated[tuple[str, ...], Meta(max_length=8)] | UnsetType = UNSET


def corrected(old: Stored, correction: Correction, policy: Policy) -> Stored:
    """Raises FieldError naming the field."""
    return replace(old, registration=changed(old.registration, correction, policy))


def changed(r: Registration, correction: Correction, policy: Policy) -> Registration:
    """The registration with the correction. A name on the badge that was made of the two names
    goes on being made of them. Raises FieldError naming the field."""
    asked = {name: getattr(correction, name) for name in correction.__struct_fields__}
    news = {n: _value(n, v, policy) for n, v in asked.items() if v is not UNSET}
    made = f"{r.given} {r.family}".strip()
    new = replace(r, **news)
    if not new.name_on_badge or ("name_on_badge" not in news and r.name_on_badge == made):
        new = replace(new, name_on_badge=f"{new.given} {new.family}".strip())
    return new


def _value(name: str, value: Any, policy: Policy) -> Any:
    try:
        match name:
            case "family":
                return fields.required(value, name)
            case "category":
                return fields.category(value, policy)
            case "email":
                return fields.email(value)
            case "language":
                return fields.language(value)
            case "entitlements":
                return _entitlements(value, policy)
            case "attention":
                return _attention(value)
            case _:
                return fields.clean(value, name)
    except FieldError as error:
        raise FieldError(f"{name}: {error}") from None


def _entitlements(asked: tuple[Holding, ...], policy: Policy) -> tuple[Entitlement, ...]:
    held: dict[EventId, frozenset[date]] = {}
    for each in asked:
        event = policy.events.get(EventId(each.event))
        if event is None or event.through:
            known = [e.id for e in policy.events.values() if not e.through]
            raise FieldError(f"no event {each.event!r}; there are: {', '.join(known)}")
        odd = [str(day) for day in each.days if day not in event.days]
        if odd or not each.days:
            raise FieldError(f"{event.id} is not on {', '.join(odd) or 'no day'}")
        held[event.id] = held.get(event.id, frozenset()) | frozenset(each.days)
    if not held:
        raise FieldError("expected at least one event")
    return tuple(Entitlement(event, held[event]) for event in sorted(held))


def _attention(asked: tuple[str, ...]) -> tuple[str, ...]:
    for each in asked:
        if each not in ATTENTION:
            raise FieldError(f"no such mark; there are: {', '.join(ATTENTION)}")
    return tuple(each for each in ATTENTION if each in asked)
