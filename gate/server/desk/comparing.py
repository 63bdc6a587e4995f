"""As much of somebody as a guard needs to tell them from another: name, and photo if any."""

from gate.access.wire import Compared
from gate.server.desk import photos
from gate.server.service import Service
from gate.server.store import registrations


async def person(service: Service, holder: int) -> Compared | None:
    """None when nobody is registered under the pseudonym."""
    stored = await registrations.of_holder(service.pool, service.policy.edition, holder)
    if stored is None:
        return None
    who = stored.registration
    category = service.policy.categories.get(who.category)
    photo = await photos.of(service, [who.code])
    return Compared(
        name=who.name_on_badge,
        category=category.name if category else who.category,
        organisation=who.organisation,
        country=who.country,
        photo=photo.get(who.code, b""),
    )
