"""Enrolment of devices, who is calling, and when each was last heard of.

A one-time code (50 bits, ten minutes) is traded for a token of 256 bits. Code and token are
stored as SHA-256 only. Looking a token up costs no database read after its first use.
"""

import hashlib
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import asyncpg

from gate.access.model import DeviceId, Direction, GateId
from gate.access.policy import Policy
from gate.access.wire import DeviceRole, Enrolled, Hello
from gate.server.limits import Attempts
from gate.server.problem import Refused
from gate.server.store import devices as store
from gate.server.store.devices import Device

CODE_MINUTES = 10
TRIES = 5
CACHE_MAX = 5000
PEERS_MAX, PEER_S = 64, 24 * 3600.0
FINDS_PER_MINUTE = 20
COMPARES_PER_MINUTE = 40
"""More than a busy door refuses in a minute for what a guard must compare."""
WRONG_CODES = 100
"""So many may be mistyped in ten minutes at one kiosk; more is somebody looking for badges."""
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_CHARS = 10
_AS_TYPED = str.maketrans("OIL", "011", "- ")
"""What people read into Crockford's letters."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A device's last heartbeat; `at_s` is monotonic."""

    at_s: float
    waiting: int
    cursor: int
    version: str
    clock_off_ms: int | None
    """How far the device's own clock is ahead of ours (behind: negative)."""
    clock_error_ms: int | None
    """... to within this; None: the device cannot say yet."""
    battery: int | None
    lan: str


class Devices:
    def __init__(self, pool: asyncpg.Pool, policy: Policy) -> None:
        self._pool = pool
        self._policy = policy
        self._cache: dict[bytes, Device] = {}
        self._changes = 0
        self._wrong_codes = Attempts(TRIES, CODE_MINUTES * 60)
        self.guesses = Attempts(WRONG_CODES, CODE_MINUTES * 60)
        """Registration codes a printer asked for that nobody has."""
        self.finds = Attempts(FINDS_PER_MINUTE, 60)
        """Names looked up, by device."""
        self.compares = Attempts(COMPARES_PER_MINUTE, 60)
        """People a guard compared with their photo, by device."""
        self.seen: dict[DeviceId, Seen] = {}

    async def create(
        self, device: str, role: DeviceRole, gate: str | None, direction: Direction
    ) -> str:
        """A one-time code for a new device, or for one that enrols again.

        Raises Refused when gate and direction do not fit the policy.
        """
        if gate is not None or role is DeviceRole.LANE:
            place = self._policy.gates.get(GateId(gate or ""))
            if place is None:
                known = ", ".join(self._policy.gates)
                said = f"there is no {gate!r}" if gate else "no gate was named"
                raise Refused(422, "Unknown gate", f"{said}; there are: {known}")
            if direction not in place.directions:
                raise Refused(422, "Wrong direction", f"{place.name} has no {direction}")
        code = "".join(secrets.choice(_CROCKFORD) for _ in range(_CODE_CHARS))
        expires = datetime.now(UTC) + timedelta(minutes=CODE_MINUTES)
        await store.save(
            self._pool, self._policy.edition, device, role, gate, direction, _hash(code), expires
        )
        self._forget(device)
        return f"{code[:5]}-{code[5:]}"

    async def enrol(self, code: str, address: str, epoch_before: int = 0) -> Enrolled:
        """`epoch_before` is the last epoch the device itself remembers. Raises Refused for a
        wrong, used or expired code, and after too many tries."""
        if wait_s := self._wrong_codes.wait_s(address):
            raise Refused(429, "Too many tries", "wait before the next code", wait_s)
        self._wrong_codes.begun(address)
        plain = code.upper().translate(_AS_TYPED)
        token = secrets.token_urlsafe(32)
        device = await store.enrol(
            self._pool,
            self._policy.edition,
            _hash(plain),
            _hash(token),
            datetime.now(UTC),
            epoch_before,
        )
        if device is None:
            raise Refused(403, "Code not accepted", "it is wrong, used, or over ten minutes old")
        self._wrong_codes.succeeded(address)
        self._forget(device.id)
        return Enrolled(
            device=device.id,
            epoch=device.epoch,
            token=token,
            role=device.role,
            edition=self._policy.edition,
            gate=device.gate,
            direction=device.direction,
        )

    async def by_token(self, token: str) -> Device | None:
        hashed = _hash(token)
        device = self._cache.get(hashed)
        if device is None:
            changes = self._changes
            device = await store.by_token(self._pool, self._policy.edition, hashed)
            # What changed while the row was on its way may be newer than the row.
            unchanged = changes == self._changes
            if device is not None and unchanged and len(self._cache) < CACHE_MAX:
                self._cache[hashed] = device
        return device if device is not None and not device.revoked else None

    async def revoke(self, device: str) -> bool:
        """The device's next call is refused. False when there is none of this name."""
        found = await store.revoke(self._pool, self._policy.edition, device)
        self._forget(device)
        self.seen.pop(DeviceId(device), None)
        return found

    async def all(self) -> Sequence[Device]:
        return await store.all_devices(self._pool, self._policy.edition)

    def heard(self, device: DeviceId, hello: Hello, now_ms: int, lan: str) -> None:
        """`lan` is where other lanes reach it, as far as that is believed."""
        # The device wrote its time half a round trip before it arrived here.
        off_ms = hello.now_ms + (hello.error_ms or 0) - now_ms if hello.now_ms is not None else None
        self.seen[device] = Seen(
            time.monotonic(),
            hello.waiting,
            hello.cursor,
            hello.version,
            off_ms,
            hello.error_ms,
            hello.battery,
            lan,
        )

    def peers(self, device: DeviceId) -> tuple[str, ...]:
        """Where the other lanes heard of lately can be reached."""
        now = time.monotonic()
        return tuple(
            seen.lan
            for other, seen in self.seen.items()
            if other != device and seen.lan and now - seen.at_s < PEER_S
        )[:PEERS_MAX]

    def silent_s(self, seen: Seen | None) -> float | None:
        """Seconds since a device was last heard."""
        return round(time.monotonic() - seen.at_s, 1) if seen else None

    def _forget(self, device: str) -> None:
        self._changes += 1
        self._cache = {hashed: each for hashed, each in self._cache.items() if each.id != device}


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
