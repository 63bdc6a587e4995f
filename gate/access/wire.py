"""The bodies that server, lanes, kiosks and printers exchange, each a msgspec Struct.

JSON over HTTP; dates are ISO 8601, times Unix milliseconds, keys base64. Unknown fields are
ignored so that an older lane can talk to a newer server.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from gate.access.ledger import Move
from gate.access.model import (
    CategoryId,
    Decision,
    DeviceId,
    Direction,
    GateId,
    Holder,
    HolderRecord,
    Mode,
    Profile,
    SigningKey,
    Status,
    ZoneId,
)

RECORDS_PER_BATCH_MAX = 500
FEED_ROWS_MAX = 2000
BADGES_PER_PAGE_MAX = 500
GRANTED_MAX = 500
"""Epochs and zones a lane tells of; a lane has one zone, and an epoch for each enrolment."""
SCAN_CHARS_MAX = 4096
"""A scanned text longer than this is cut before it is sent or hashed: no badge is longer."""

Number = Annotated[int, Meta(ge=1, le=2**53)]
Epoch = Annotated[int, Meta(ge=1, le=2**31)]
Millis = Annotated[int, Meta(ge=0, le=2**53)]


class DeviceRole(StrEnum):
    LANE = "lane"
    KIOSK = "kiosk"
    PRINTER = "printer"


class Enrol(msgspec.Struct, frozen=True):
    """A device trades its one-time code for a token."""

    code: Annotated[str, Meta(min_length=1, max_length=64)]
    version: Annotated[str, Meta(max_length=64)] = ""
    epoch_before: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    """The device's last epoch, 0 for a new one: a server restored from a backup may have forgotten
    it, and must give a later one, or that epoch's records could never be handed in."""


class Enrolled(msgspec.Struct, frozen=True):
    device: DeviceId
    epoch: Epoch
    token: str
    role: DeviceRole
    edition: str
    gate: GateId | None = None
    direction: Direction = Direction.ENTRY


class Granted(msgspec.Struct, frozen=True, array_like=True):
    """All the rights a lane was granted for a zone in one of its epochs, used or not."""

    epoch: Epoch
    zone: Annotated[ZoneId, Meta(max_length=64)]
    total: Annotated[int, Meta(ge=1, le=1_000_000)]


class Hello(msgspec.Struct, frozen=True):
    """A lane's heartbeat: where its feed stands and what it still has to send."""

    epoch: Epoch
    cursor: Annotated[int, Meta(ge=0, le=2**53)] = 0
    waiting: Annotated[int, Meta(ge=0, le=2**31)] = 0
    version: Annotated[str, Meta(max_length=64)] = ""
    now_ms: Millis | None = None
    """The device's own clock, so that a wrong one is noticed."""
    error_ms: Millis | None = None
    """Half the time its last hello took: so far the comparison of the two clocks may be out."""
    battery: Annotated[int, Meta(ge=0, le=100)] | None = None
    """Per cent; None for a device on the mains."""
    lan: Annotated[str, Meta(max_length=80, pattern=r"^(\[?[0-9A-Za-z.:-]+\]?:[0-9]{1,5})?$")] = ""
    """``host:port`` at which the other lanes reach this one; empty: nowhere."""
    granted: Annotated[tuple[Granted, ...], Meta(max_length=GRANTED_MAX)] = ()
    """Every right this lane was ever granted, the newest epochs first: a server restored from a
    backup may have forgotten them, and must not grant the same places again."""


class Welcome(msgspec.Struct, frozen=True):
    now_ms: Millis
    head: int
    """The feed's newest position."""
    acked_through: int
    """Highest number of this device and epoch up to which the server holds every record."""
    gate: GateId | None
    direction: Direction
    short: tuple[ZoneId, ...] = ()
    """Hard zones in which another lane has no rights left: return what is not needed."""
    timeline: str = ""
    """Another one than the lane's own: what the lane heard may not be what happened, as after the
    restore of a backup. Only a snapshot helps then, also if the feed is as long as it was."""
    peers: tuple[str, ...] = ()
    """``host:port`` of the venue's other lanes."""
    clock_speed: float = 1.0
    """Venue seconds in a real one: a demonstration day runs faster."""


class Lease(msgspec.Struct, frozen=True):
    """A lane asks for `want` more rights to a hard zone."""

    epoch: Epoch
    zone: Annotated[ZoneId, Meta(max_length=64)]
    want: Annotated[int, Meta(ge=0, le=100_000)]


class Leased(msgspec.Struct, frozen=True):
    """All the rights this device and epoch were ever granted for the zone; it only grows."""

    zone: ZoneId
    granted: int


class Supervisor(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who may override at any lane. Holds no name."""

    number: Annotated[int, Meta(ge=1, le=2**31)]
    verifier: str
    """Argon2id of the PIN, as libsodium writes it."""
    holder: int | None = None
    """The pseudonym of the supervisor's own badge, which serves instead of the PIN."""
    active: bool = True


class HolderRow(msgspec.Struct, frozen=True, array_like=True):
    """A `HolderRecord` as it travels: 12,000 of them are one snapshot."""

    holder: int
    generation: int
    profile: int
    status: Status
    attention: tuple[str, ...] = ()
    delegation: int = 0
    digital: int = 0

    def record(self) -> HolderRecord:
        return HolderRecord(
            Holder(self.holder),
            self.generation,
            self.profile,
            self.status,
            self.attention,
            self.delegation,
            self.digital,
        )


class Snapshot(msgspec.Struct, frozen=True):
    """Everything a lane needs to decide, as of feed position `cursor`."""

    cursor: int
    known_until_min: int
    """Every badge issued before this minute is among `holders`."""
    policy: str
    """The text of the policy file, which the lane reads with the same reader as the server; or,
    for a lane that asks with `policy=json`, `policy_json` of it."""
    keys: tuple[SigningKey, ...]
    profiles: tuple[Profile, ...]
    holders: tuple[HolderRow, ...]
    mode: Mode = Mode.NORMAL
    supervisors: tuple[Supervisor, ...] = ()
    moves: tuple[Move, ...] = ()
    """What still matters of what happened at other lanes."""
    moves_through: int = 0
    """Position in the server's log up to which `moves` speaks."""
    timeline: str = ""
    lan_key: str = ""
    """32 bytes in hex: under it lanes of the venue believe each other."""


class FeedRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """One change, at one dense position. Exactly one of the optional fields is set."""

    seq: int
    holder: HolderRow | None = None
    profile: Profile | None = None
    key: SigningKey | None = None
    policy: str | None = None
    mode: Mode | None = None
    supervisor: Supervisor | None = None


class Feed(msgspec.Struct, frozen=True):
    """Rows `after+1 ...` without a gap. `known_until_min` holds once they are all applied
    and `rows` reached `head`."""

    rows: tuple[FeedRow, ...]
    head: int
    known_until_min: int
    moves: tuple[Move, ...] = ()
    """What happened at the venue's lanes after the position asked for, this lane's own included."""
    moves_through: int = 0
    timeline: str = ""


class LogBatch(msgspec.Struct, frozen=True):
    """Consecutive records `first`, `first + 1` ... of one device and epoch."""

    epoch: Epoch
    first: Number
    records: Annotated[tuple[msgspec.Raw, ...], Meta(max_length=RECORDS_PER_BATCH_MAX)]
    """Each a `LogRecord`; kept raw so that an odd one is quarantined, not refused."""


class LogAck(msgspec.Struct, frozen=True):
    acked_through: int
    quarantined: int = 0


class OnlineScan(msgspec.Struct, frozen=True):
    """A scan the server decides, for devices that cannot decide themselves."""

    epoch: Epoch
    number: Number
    text: Annotated[str, Meta(max_length=SCAN_CHARS_MAX)]
    direction: Direction = Direction.ENTRY


class Decided(msgspec.Struct, frozen=True):
    """The stored answer to an online scan; a retry of the same number gets the same one."""

    number: int
    admitted: bool
    decision: Decision


class Compare(msgspec.Struct, frozen=True):
    """A guard must compare: whose is the badge just presented here? Asked by its own signed text,
    so that nobody learns a name who does not hold the badge it is printed on."""

    text: Annotated[str, Meta(max_length=SCAN_CHARS_MAX)]


class Compared(msgspec.Struct, frozen=True):
    """As much of somebody as it takes to tell them from another; shown, and kept nowhere."""

    name: str
    category: str
    organisation: str
    country: str
    photo: bytes = b""
    """JPEG; empty when there is none on file."""


class DayChips(msgspec.Struct, frozen=True):
    """One day of the badge's strip and the events it opens: (short name, colour)."""

    day: date
    chips: tuple[tuple[str, str], ...]


PRE_PRINTED_MAX = 500


class BadgeOrder(StrEnum):
    """How badges are piled up: by the first hall their holders enter, by letter, by delegation
    (organisation), each then by family name; or by code."""

    HALL = "hall"
    LETTER = "letter"
    DELEGATION = "delegation"
    CODE = "code"


class BadgeStatus(StrEnum):
    """Whether a badge came out of a printer, of the generation now in force. `spare`: those signed
    ahead that are nobody's yet, each with its badge number for a code."""

    ANY = ""
    NEW = "new"
    PRINTED = "printed"
    SPARE = "spare"


class BadgeQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which badges of approved people; `after` is the last code of the page before."""

    after: Annotated[str, Meta(max_length=64)] = ""
    limit: Annotated[int, Meta(ge=1, le=BADGES_PER_PAGE_MAX)] = 200
    order: BadgeOrder = BadgeOrder.CODE
    category: Annotated[str, Meta(max_length=64)] = ""
    letter: Annotated[str, Meta(pattern="^([A-Za-z]|#)?$")] = ""
    """First letter of the family name, accents aside; # for all that begin with none of A to Z."""
    status: BadgeStatus = BadgeStatus.ANY


class BadgeData(msgspec.Struct, frozen=True):
    """What a printer needs to draw one badge."""

    code: str
    """The registration code, for file names and queues; not drawn."""
    text: str
    """The signed QR text."""
    holder: int
    generation: int
    given: str
    family: str
    name_on_badge: str
    native_name: str
    organisation: str
    country: str
    category: CategoryId
    category_name: str
    category_colour: str
    language: str
    days: tuple[DayChips, ...]
    edition_name: str
    edition_place: str
    events: Mapping[str, str] = {}
    """Short name -> full name of each event, for the legend."""
    photo: bytes = b""
    """JPEG, PNG or WebP as it was handed in; the printer trusts nothing in it."""


class PiledBadge(msgspec.Struct, frozen=True):
    """A badge and the pile it belongs on: a hall's name, a letter, an organisation, or ""."""

    pile: str
    badge: BadgeData


class BadgePage(msgspec.Struct, frozen=True):
    """`total` counts all that were asked for, also those before this page; with `more`, ask again
    after the last code."""

    badges: tuple[PiledBadge, ...]
    total: int
    more: bool


class PrePrinted(msgspec.Struct, frozen=True):
    """A badge that was made before its holder comes, and where it waits: a box, a hall, a desk."""

    holder: Annotated[int, Meta(ge=0, le=2**32 - 1)]
    generation: Annotated[int, Meta(ge=0, le=255)]
    place: Annotated[str, Meta(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f]*$(?!\n)")]


class PrePrintedBadges(msgspec.Struct, frozen=True):
    """`lot` names the print shop's delivery they came in."""

    badges: Annotated[tuple[PrePrinted, ...], Meta(min_length=1, max_length=PRE_PRINTED_MAX)]
    lot: Annotated[str, Meta(pattern=r"^[\w.-]{1,64}$(?!\n)")] = "unnamed"


class PrePrintedAnswer(msgspec.Struct, frozen=True):
    """`void` are positions of badges that open nothing: their holders have another badge by now, or
    are no longer approved. Take them out of the box."""

    waiting: int
    void: tuple[int, ...] = ()


class PrintOrder(msgspec.Struct, frozen=True):
    """A badge the desk wants of a station: answered `done` or `failed` by its number, at least
    once."""

    id: int
    badge: BadgeData


class NotPrinted(msgspec.Struct, frozen=True):
    """No badge came out, and why."""

    why: Annotated[str, Meta(max_length=200, pattern=r"^[^\x00]*$")] = ""


class KioskPerson(msgspec.Struct, frozen=True, array_like=True):
    """A registration as a kiosk keeps it: nothing of it can be read without its owner's claim
    code, or family name and e-mail (see `claim`)."""

    holder: int
    generation: int
    status: Status
    claim: str
    """Digest of the claim code."""
    badge: bytes
    """`BadgeData` as JSON, sealed under the claim code; empty when there is no badge to print."""
    names: str
    """Digest of family name and e-mail; empty when the registration has no e-mail."""
    named: bytes
    """The claim code, sealed under family name and e-mail."""
    waits: bytes = b""
    """Where the badge waits that was printed ahead, sealed under the claim code; empty when none
    does, or when it was handed out."""


class KioskNews(msgspec.Struct, frozen=True):
    """What changed after the positions a kiosk named; everything when it named none."""

    timeline: str
    """Another one than the kiosk's own: these rows start from the beginning."""
    people: tuple[KioskPerson, ...]
    through: int
    prints: tuple[tuple[int, int], ...]
    """(holder, generation) of badges that came out of a printer somewhere."""
    prints_through: int
    more: bool
    """There is more already: ask again at once."""
    edition_name: str = ""
    place: str = ""
    days: tuple[date, ...] = ()
    may_keep_digital: bool = False
    """Whether people may keep the badge on their phone instead of printing it."""


class Reserve(msgspec.Struct, frozen=True):
    """A kiosk is about to print this badge, or (released) did not print it."""

    holder: Annotated[int, Meta(ge=0, le=2**32 - 1)]
    generation: Annotated[int, Meta(ge=0, le=255)]


class Reserved(msgspec.Struct, frozen=True):
    granted: bool
    """False: it is printed or being printed elsewhere, or no longer to be printed."""


class TicketWhy(StrEnum):
    """Why a kiosk sent somebody to the desk."""

    WRONG = "wrong"
    """The person says that something on the badge is wrong."""
    NOT_FOUND = "not_found"
    COLLECTED = "collected"
    """Printed before, or being printed elsewhere."""
    PRINTER = "printer"
    """The badge did not come out."""
    STAFF = "staff"
    """Asked for by a person, or by staff at the kiosk."""


class Ticket(msgspec.Struct, frozen=True):
    """A number a kiosk gave to somebody it sent to the desk."""

    number: Annotated[str, Meta(pattern=r"^[A-Z]{0,2}[0-9]{1,3}$")]
    at_ms: Millis
    why: TicketWhy
    holder: Annotated[int, Meta(ge=0, le=2**32 - 1)] | None = None
