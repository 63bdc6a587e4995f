"""The words of access control. Everything here is an immutable value.

Times are aware datetimes; the policy turns them into the venue's local day and hour.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum, StrEnum
from typing import NewType

EventId = NewType("EventId", str)
ZoneId = NewType("ZoneId", str)
GateId = NewType("GateId", str)
CategoryId = NewType("CategoryId", str)
DeviceId = NewType("DeviceId", str)
Holder = NewType("Holder", int)
"""A random 32-bit pseudonym; never a name, never the registration code."""


class Kind(IntEnum):
    """What sort of badge a credential claims to be (low four bits of its first byte)."""

    ATTENDEE = 0
    STAFF = 1
    CONTRACTOR = 2
    PRESS = 3
    SECURITY = 4
    ESCORT = 5
    TEST = 14


class Direction(StrEnum):
    ENTRY = "entry"
    EXIT = "exit"


class Status(StrEnum):
    """Where a registration stands; only `approved` enters."""

    APPROVED = "approved"
    PENDING = "pending"
    CANCELLED = "cancelled"
    BLOCKED = "blocked"


class Mode(StrEnum):
    """What the whole venue is doing. Emergency opens every door and never waits; frozen lets
    nobody in and everybody out."""

    NORMAL = "normal"
    EMERGENCY_OPEN = "emergency_open"
    FROZEN = "frozen"


class Reason(StrEnum):
    """Why a scan was admitted or refused; the screens hold the words in each language."""

    ADMITTED = "admitted"
    EXITED = "exited"
    EMERGENCY = "emergency"
    OVERRIDDEN = "overridden"

    FROZEN = "frozen"
    UNREADABLE = "unreadable"
    CLAIM_CODE = "claim_code"
    """The mail's code: good at a kiosk, where it prints the badge that is wanted here."""
    WRONG_EDITION = "wrong_edition"
    UNKNOWN_KEY = "unknown_key"
    BAD_SIGNATURE = "bad_signature"
    KEY_NOT_VALID = "key_not_valid"
    KEY_SCOPE = "key_scope"
    TEST_BADGE = "test_badge"
    EXPIRED = "expired"
    REPLACED = "replaced"
    CANCELLED = "cancelled"
    BLOCKED = "blocked"
    NOT_APPROVED = "not_approved"
    UNKNOWN_ISSUE = "unknown_issue"
    NEEDS_RECORD = "needs_record"
    NOT_COLLECTED = "not_collected"
    WRONG_GATE = "wrong_gate"
    WRONG_EVENT = "wrong_event"
    WRONG_CATEGORY = "wrong_category"
    WRONG_DAY = "wrong_day"
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"
    ALREADY_INSIDE = "already_inside"
    TOO_SOON = "too_soon"
    DAY_LIMIT = "day_limit"
    ZONE_FULL = "zone_full"
    DELEGATION_FULL = "delegation_full"
    SECOND_LOOK = "second_look"
    RULE_ERROR = "rule_error"

    @property
    def opens(self) -> bool:
        """Whether the light is green for this reason."""
        return self in _OPENS

    @property
    def overridable(self) -> bool:
        """Whether a supervisor may admit against it. Not where no genuine, current, unblocked
        badge stands behind the scan, and not where people would be in danger (`zone_full`)."""
        return self in _OVERRIDABLE

    @property
    def compared(self) -> bool:
        """Whether a guard compares the person with their photo: another may wear this badge."""
        return self in _COMPARED


_OPENS = frozenset({Reason.ADMITTED, Reason.EXITED, Reason.EMERGENCY, Reason.OVERRIDDEN})
_OVERRIDABLE = frozenset(
    {
        Reason.NOT_APPROVED,
        Reason.NEEDS_RECORD,
        Reason.NOT_COLLECTED,
        Reason.WRONG_EVENT,
        Reason.WRONG_CATEGORY,
        Reason.WRONG_DAY,
        Reason.TOO_EARLY,
        Reason.TOO_LATE,
        Reason.ALREADY_INSIDE,
        Reason.TOO_SOON,
        Reason.DAY_LIMIT,
        Reason.DELEGATION_FULL,
        Reason.SECOND_LOOK,
    }
)
_COMPARED = frozenset(
    {Reason.ALREADY_INSIDE, Reason.TOO_SOON, Reason.DAY_LIMIT, Reason.SECOND_LOOK}
)


@dataclass(frozen=True, slots=True)
class Entitlement:
    """One event a registration may attend, and on which venue-local days."""

    event: EventId
    days: frozenset[date]


@dataclass(frozen=True, slots=True)
class Profile:
    """A row of the synced entitlement table: what every holder of this number may attend."""

    number: int
    category: CategoryId
    entitlements: tuple[Entitlement, ...]


class KeyStatus(StrEnum):
    """`revoked`: opens only with an exactly matching record. `withdrawn`: opens nothing."""

    ACTIVE = "active"
    REVOKED = "revoked"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """The public half of a badge-signing key and what it is trusted for."""

    key_id: int
    public: bytes
    not_before: datetime
    not_after: datetime
    kinds: frozenset[Kind]
    status: KeyStatus = KeyStatus.ACTIVE
    profiles: frozenset[int] | None = None
    """Profile numbers this key may sign; None means all."""


@dataclass(frozen=True, slots=True)
class Credential:
    """What a badge's verified signature covers."""

    kind: Kind
    key_id: int
    edition: int
    holder: Holder
    generation: int
    """The print number, from 1; `DIGITAL`: a digital badge, which never is printed."""
    profile: int
    issued_min: int
    """Minutes since the edition's epoch."""
    expires_h: int
    """Hours since the edition's epoch."""


DIGITAL = 0
"""The generation that stands in every digital badge: shown on a phone, or printed at home. It has
no number of its own, it counts as whichever its holder's record says it stands for."""
GENERATION_FIRST = 1


class DigitalBadges(StrEnum):
    """What an edition makes of digital badges. `inert`: each opens nothing until desk or kiosk
    activated it, and is then its holder's one badge. `valid`: each counts as the first print
    from the start, beside that one. `none`: there are none, and none opens anything."""

    INERT = "inert"
    VALID = "valid"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class HolderRecord:
    """What the synced table says of a holder; it overrules the credential's own profile."""

    holder: Holder
    generation: int
    """The active generation; any lower one is superseded."""
    profile: int
    status: Status
    attention: tuple[str, ...] = ()
    """Codes of texts the guard must see (escort, medical, protocol)."""
    delegation: int = 0
    """A number every member of one organisation shares; 0 is none."""
    digital: int = 0
    """The generation the holder's digital badge stands for since it was activated: as of a print,
    a later one supersedes it. 0: never activated."""


@dataclass(frozen=True, slots=True)
class Presence:
    """A holder who entered a zone at least once, folded from the log in order of scan time."""

    inside: bool
    entered_at: datetime
    """The latest entry into the zone, or into one within it."""
    entered_gate: GateId
    entries_today: int = 0
    """Entries into the zone itself since the venue's midnight."""
    swept: bool = False
    """Was inside when the zone was last emptied, and has not come back yet."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a lane or the server knows beyond the badge; a lane may know less."""

    keys: Mapping[int, SigningKey]
    profiles: Mapping[int, Profile]
    mode: Mode = Mode.NORMAL
    record: HolderRecord | None = None
    generation_min: int = 0
    """The highest validly signed generation ever seen for this holder."""
    known_until_min: int | None = None
    """Every badge issued before this minute (since the edition's epoch) has a record; None
    before the first snapshot."""
    presence: Presence | None = None
    places_left: int | None = None
    """Entries this lane may still grant in the zone; None means no limit."""
    places_are_rights: bool = False
    """Each entry uses one of the places up, also of who is known inside: the place they had may be
    somebody else's by now, if they left by a door this lane has not heard of."""
    delegation_left: int | None = None
    """How many more of the holder's delegation may be in the zone; None means no limit."""
    looked: bool = False
    """A guard has taken the second look (photo, escort) for this scan."""


@dataclass(frozen=True, slots=True)
class Override:
    """A supervisor admits against a refusal. `supervisor` is a number, never a name; `why` one of
    the policy's reasons."""

    supervisor: int
    why: str


@dataclass(frozen=True, slots=True)
class Scan:
    """One badge presented once: the verified credential, or why there is none."""

    presented: Credential | Reason
    gate: GateId
    direction: Direction
    at: datetime
    override: Override | None = None


class Flag(StrEnum):
    """Marks an admission that operations should see."""

    SIGNED_ONLY = "signed_only"
    ALREADY_INSIDE = "already_inside"
    ZONE_FULL = "zone_full"
    READMITTED = "readmitted"


@dataclass(frozen=True, slots=True)
class Decision:
    """Admitted or a reason, the rule that determined it, and what the words need.

    `event` with `days` says what the badge would open and when; `opens_at` the next chance;
    `since` and `gate` the earlier entry. `events` is every event open to the holder here, and
    on `wrong_event` what the badge is good for elsewhere. `overrides` is what a supervisor
    admitted against.
    """

    reason: Reason
    rule: str
    event: EventId | None = None
    events: tuple[EventId, ...] = ()
    days: tuple[date, ...] = ()
    opens_at: datetime | None = None
    since: datetime | None = None
    gate: GateId | None = None
    attention: tuple[str, ...] = ()
    flags: tuple[Flag, ...] = ()
    overrides: Reason | None = None

    @property
    def admitted(self) -> bool:
        return self.reason.opens
