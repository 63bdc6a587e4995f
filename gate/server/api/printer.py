"""What printers call: the data of one badge, or of all in the order of their piles."""

import asyncio
from collections.abc import Mapping, Sequence

import asyncpg
from msgspec import structs

from gate.access.badge_number import holder, number
from gate.access.model import Profile, Status
from gate.access.policy import Policy
from gate.access.wire import (
    BadgeData,
    BadgeOrder,
    BadgePage,
    BadgeQuery,
    BadgeStatus,
    DayChips,
    FeedRow,
    HolderRow,
    PiledBadge,
    PrePrintedAnswer,
    PrePrintedBadges,
)
from gate.server.desk import photos
from gate.server.problem import Refused
from gate.server.registrations.parse import Registration
from gate.server.roles import Permission
from gate.server.routes import Call, Route, Scope
from gate.server.service import Service
from gate.server.store import desk, piles, preprinted, reprints
from gate.server.store import registrations as store
from gate.server.store.piles import Piled
from gate.server.store.registrations import Stored
from gate.server.store.reprints import ReprintState

PHOTO_BYTES_PER_PAGE_MAX = 16 * 1024 * 1024
"""A page of badges ends early rather than grow beyond what a client takes."""


async def badge(call: Call) -> BadgeData:
    service, code = call.service, call.path["code"]
    edition = service.policy.edition
    guesses, device = call.service.devices.guesses, call.device.id
    if wait_s := guesses.wait_s(device):
        raise Refused(429, "Too many wrong codes", f"try again in {wait_s} s", wait_s)
    stored = await store.one(service.pool, edition, code)
    if stored is None or stored.registration.status is not Status.APPROVED:
        guesses.begun(device)
        raise Refused(404, "No badge", "there is no approved registration with this code")
    generation = await _to_print(service, stored)
    text = await store.badge_text(service.pool, edition, stored.holder, generation)
    if text is None:
        raise Refused(404, "No badge", "this registration has no signed badge")
    drawn = badge_data(stored.registration, stored.holder, generation, text, service.policy)
    return structs.replace(drawn, photo=(await photos.of(service, [code])).get(code, b""))


async def _to_print(service: Service, stored: Stored) -> int:
    """The generation the desk has set aside, else the one in force."""
    code = stored.registration.code
    prints = await reprints.of(service.pool, service.policy.edition, code)
    if prints and prints[0].state is ReprintState.RESERVED and prints[0].holder == stored.holder:
        return prints[0].generation
    return stored.generation


async def badges(call: Call) -> BadgePage:
    """Bounded by the query's limit; whoever wants all asks again after the last code."""
    service, query = call.service, call.query
    assert isinstance(query, BadgeQuery)
    policy = service.policy
    if query.category and query.category not in policy.categories:
        known = ", ".join(policy.categories)
        raise Refused(422, "No such category", f"{query.category!r}; there are: {known}")
    profiles = {
        profile.number: profile
        for profile in await store.profiles(service.pool, policy.edition)
        if query.category in ("", profile.category)
    }
    if query.status is BadgeStatus.SPARE:
        return await _spares(service, query, profiles)
    halls = {number: _hall(profile, policy) for number, profile in profiles.items()}
    names = ["", *(zone.name for zone in policy.zones.values())]
    ranks = [(number, names.index(hall)) for number, hall in halls.items()]
    found, total = await piles.piled(service.pool, policy.edition, query, ranks)

    faces = await photos.of(service, [each.stored.registration.code for each in found])
    kept = _within(found, faces)

    def drawn() -> tuple[PiledBadge, ...]:
        return tuple(_piled(each, query.order, halls, policy, faces) for each in kept)

    # Hundreds of badges take a moment; lanes must not wait for them.
    return BadgePage(
        await asyncio.to_thread(drawn), total, len(kept) == query.limit or kept != found
    )


async def _spares(
    service: Service, query: BadgeQuery, profiles: Mapping[int, Profile]
) -> BadgePage:
    """Each kind of spare is a pile, in whatever order was asked for: they have no names."""
    policy, after = service.policy, holder(query.after) if query.after else -1
    if query.letter or after is None:
        raise Refused(422, "Not acceptable", "spares have no names, and numbers for codes")
    found, total = await desk.spares(
        service.pool, policy.edition, tuple(profiles), after, query.limit
    )
    return BadgePage(
        tuple(
            PiledBadge(
                policy.categories[profiles[row.profile].category].name,
                badge_data(_nobody(row, profiles), row.holder, row.generation, text, policy),
            )
            for row, text in found
        ),
        total,
        len(found) == query.limit,
    )


def _nobody(row: HolderRow, profiles: Mapping[int, Profile]) -> Registration:
    profile = profiles[row.profile]
    return Registration(
        code=number(row.holder), given="", family="", name_on_badge="", native_name="",
        organisation="", country="", category=profile.category, email="", language="", photo="",
        entitlements=profile.entitlements, status=row.status,
    )  # fmt: skip


def _within(found: list[Piled], faces: dict[str, bytes]) -> list[Piled]:
    """As many as fit into an answer with their photos; one at least."""
    size, kept = 0, list[Piled]()
    for each in found:
        size += len(faces.get(each.stored.registration.code, b""))
        if kept and size > PHOTO_BYTES_PER_PAGE_MAX:
            break
        kept.append(each)
    return kept


def _piled(
    each: Piled,
    order: BadgeOrder,
    halls: dict[int, str],
    policy: Policy,
    faces: dict[str, bytes],
) -> PiledBadge:
    stored = each.stored
    pile = {
        BadgeOrder.HALL: halls.get(stored.profile, ""),
        BadgeOrder.LETTER: each.letter,
        BadgeOrder.DELEGATION: stored.registration.organisation,
        BadgeOrder.CODE: "",
    }[order]
    data = badge_data(stored.registration, stored.holder, stored.generation, each.text, policy)
    return PiledBadge(pile, structs.replace(data, photo=faces.get(data.code, b"")))


def _hall(profile: Profile, policy: Policy) -> str:
    """The first zone of the policy inside another that admits this profile, or else the first that
    does: where its holders go first, and where their badges are best handed out."""
    held = {each.event: each.days for each in profile.entitlements}
    admitting = [
        zone
        for zone in policy.zones.values()
        for rule in zone.rules
        if (rule.categories is None or profile.category in rule.categories)
        and any(
            rule.days & frozenset(held.get(event, ()))
            for event in policy.events[rule.event].through | {rule.event}
        )
    ]
    inner = [zone for zone in admitting if zone.within is not None]
    return next((zone.name for zone in (*inner, *admitting)), "")


def badge_data(
    registration: Registration, holder: int, generation: int, text: str, policy: Policy
) -> BadgeData:
    """What a printer draws: names, category and the strip of days, in the policy's words."""
    category = policy.categories[registration.category]
    return BadgeData(
        code=registration.code,
        text=text,
        holder=holder,
        generation=generation,
        given=registration.given,
        family=registration.family,
        name_on_badge=registration.name_on_badge,
        native_name=registration.native_name,
        organisation=registration.organisation,
        country=registration.country,
        category=category.id,
        category_name=category.name,
        category_colour=category.colour,
        language=registration.language,
        days=_days(registration, policy),
        edition_name=policy.name,
        edition_place=policy.place,
        events={event.short: event.name for event in policy.events.values()},
    )


def _days(registration: Registration, policy: Policy) -> tuple[DayChips, ...]:
    """Per day, the events whose rules would admit this holder at some hour of it."""
    held = {each.event: each.days for each in registration.entitlements}
    strip = []
    for day in policy.days:
        chips = []
        for event in policy.events.values():
            entitled = any(day in held.get(e, ()) for e in event.through | {event.id})
            rules = [r for z in policy.zones.values() for r in z.rules if r.event == event.id]
            admitted = any(
                day in rule.days
                and (rule.categories is None or registration.category in rule.categories)
                for rule in rules
            )
            if entitled and admitted and day in event.days:
                chips.append((event.short, event.colour))
        strip.append(DayChips(day, tuple(chips)))
    return tuple(strip)


async def pre_printed(call: Call) -> PrePrintedAnswer:
    """In the log as every printed badge, so that no kiosk prints another; and the place beside."""
    service, body = call.service, call.body
    assert isinstance(body, PrePrintedBadges)
    edition, now = service.policy.edition, service.clock.now()
    wanted = [(each.holder, each.generation) for each in body.badges]
    known: dict[preprinted.Badge, bool] = {}

    async def apply(connection: asyncpg.Connection) -> Sequence[FeedRow]:
        known.update(await preprinted.in_force(connection, edition, wanted))
        kept = [each for each in body.badges if (each.holder, each.generation) in known]
        now_ms = service.clock.now_ms()
        await preprinted.save(connection, edition, kept, call.device.id, now_ms, body.lot)
        await store.touch(connection, edition, [each.holder for each in kept])
        return ()

    await service.appender.change(apply)
    # After the places: whoever asks again after a failure in between writes down the rest.
    if new := [badge for badge, printed in known.items() if not printed]:
        await service.appender.came_out(new, now)
    void = tuple(place for place, badge in enumerate(wanted) if badge not in known)
    return PrePrintedAnswer(len(known), void)


ROUTES = (
    Route(
        "POST",
        "/api/v1/printer/pre-printed",
        pre_printed,
        Permission.PRINT,
        Scope.DEVICE,
        "Badges that wait for their holders, and where",
        PrePrintedAnswer,
        body=PrePrintedBadges,
    ),
    Route(
        "GET",
        "/api/v1/printer/badges",
        badges,
        Permission.PRINT,
        Scope.DEVICE,
        "What to draw on all badges, in the order they are piled up",
        BadgePage,
        query=BadgeQuery,
        errors=(422,),
    ),
    Route(
        "GET",
        "/api/v1/printer/badges/{code}",
        badge,
        Permission.PRINT,
        Scope.DEVICE,
        "What to draw on one badge",
        BadgeData,
        errors=(404, 429),
        path_doc={"code": "registration code"},
    ),
)
