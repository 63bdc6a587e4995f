"""Signing in: passwords (argon2id), sessions in a cookie, one-time links, the operator's token.

A session lives 12 hours and 30 idle minutes by real time; its token is new at each sign-in and
stored as SHA-256. Unknown names cost the same time as wrong passwords.
"""

import asyncio
import base64
import hashlib
import hmac
import os
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from nacl import pwhash

from gate.server.limits import Attempts
from gate.server.problem import Refused
from gate.server.roles import Role, Staff
from gate.server.store import staff as store

SESSION_AGE = timedelta(hours=12)
SESSION_IDLE = timedelta(minutes=30)
LINK_AGE = timedelta(minutes=15)
PASSWORD_CHARS_MIN = 10
TOKEN_CHARS_MIN = 32
HASHES_AT_ONCE = 2
PASSWORDS = PasswordHasher()
"""argon2id, 64 MiB three times over (RFC 9106, its second choice): a tenth of a second a try."""
PIN_COST = pwhash.argon2id.OPSLIMIT_INTERACTIVE, pwhash.argon2id.MEMLIMIT_INTERACTIVE
"""Operations and bytes: a small lane computer answers in about a tenth of a second."""
NAME_FAILURES, ADDRESS_FAILURES, FAILURE_WINDOW_S = 5, 20, 300


class Auth:
    def __init__(self, pool: asyncpg.Pool, operator_token: str) -> None:
        self._pool = pool
        self._operator_token = operator_token.encode()
        self._hasher = PASSWORDS
        self._nobody = nobodys(PASSWORDS)
        self._busy = asyncio.Semaphore(HASHES_AT_ONCE)
        self._names = Attempts(NAME_FAILURES, FAILURE_WINDOW_S)
        self._addresses = Attempts(ADDRESS_FAILURES, FAILURE_WINDOW_S)

    async def sign_in(self, name: str, password: str, address: str) -> tuple[str, Staff]:
        """A session's token and its owner. Raises Refused, the same for every wrong pair."""
        wait_s = max(self._names.wait_s(name), self._addresses.wait_s(address))
        if wait_s:
            raise Refused(429, "Too many tries", f"try again in {wait_s} s", wait_s)
        self._names.begun(name)
        self._addresses.begun(address)
        row = await store.one(self._pool, name)
        good = await self._verify(row.password_hash if row else self._nobody, password)
        if row is None or not good:
            await store.audit(self._pool, name[:64], "sign-in refused", address)
            raise Refused(403, "Not signed in", "name or password is wrong")
        self._names.succeeded(name)
        self._addresses.taken_back(address)
        return await self._open(row.name, row.roles)

    async def use_link(
        self, token: str, name: str, password: str, address: str
    ) -> tuple[str, Staff]:
        """Trade a one-time link for a new account and a session.

        Raises Refused for a used or old link; the link survives a refused password and a name
        that is taken: a link makes an account, it never takes one over.
        """
        if wait_s := self._addresses.wait_s(address):
            raise Refused(429, "Too many tries", f"try again in {wait_s} s", wait_s)
        self._addresses.begun(address)
        roles = await store.link_roles(self._pool, _hash(token))
        if roles is None:
            raise Refused(403, "Link not accepted", "it was used already or is too old")
        self._addresses.taken_back(address)
        self._check_password(password)
        if await store.one(self._pool, name):
            raise Refused(409, "Name taken", f"there is an account {name!r}; choose another name")
        if await store.use_link(self._pool, _hash(token)) is None:
            raise Refused(403, "Link not accepted", "it was used already or is too old")
        await self.save_staff("one-time link", name, password, [Role(role) for role in roles])
        return await self._open(name, roles)

    async def make_link(self, roles: Sequence[Role]) -> str:
        token = secrets.token_urlsafe(24)
        expires = datetime.now(UTC) + LINK_AGE
        await store.save_link(self._pool, _hash(token), [r.value for r in roles], expires)
        return token

    async def save_staff(self, who: str, name: str, password: str, roles: Sequence[Role]) -> None:
        """Create an account, or give it a new password and roles; its sessions end."""
        self._check_password(password)
        async with self._busy:
            hashed = await asyncio.to_thread(self._hasher.hash, password)
        await store.save(self._pool, name, hashed, [role.value for role in roles])
        await store.close_sessions_of(self._pool, name)
        await store.audit(self._pool, who, "staff saved", f"{name}: {', '.join(roles)}")

    async def hash_pin(self, pin: str) -> str:
        """A supervisor's PIN as lanes verify it: argon2id, in libsodium's form."""
        async with self._busy:
            hashed = await asyncio.to_thread(pwhash.argon2id.str, pin.encode(), *PIN_COST)
        return hashed.decode()

    async def session(self, token: str) -> Staff | None:
        row = await store.use_session(self._pool, _hash(token), SESSION_AGE, SESSION_IDLE)
        return Staff(row.name, tuple(Role(r) for r in row.roles), row.csrf) if row else None

    async def sign_out(self, token: str) -> None:
        await store.close_session(self._pool, _hash(token))

    def operator(self, token: str) -> Staff | None:
        """The command line on the server's own machine, known by a file only it can read."""
        if hmac.compare_digest(token.encode(), self._operator_token):
            return Staff("operator", (Role.ADMIN,))
        return None

    async def _open(self, name: str, roles: Sequence[str]) -> tuple[str, Staff]:
        token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(24)
        await store.open_session(self._pool, _hash(token), name, csrf)
        await store.audit(self._pool, name, "signed in", "")
        return token, Staff(name, tuple(Role(role) for role in roles), csrf)

    async def _verify(self, hashed: str, password: str) -> bool:
        async with self._busy:
            try:
                return await asyncio.to_thread(self._hasher.verify, hashed, password)
            except (VerificationError, InvalidHashError):
                return False

    def _check_password(self, password: str) -> None:
        if len(password) < PASSWORD_CHARS_MIN:
            raise Refused(
                422, "Password too short", f"expected at least {PASSWORD_CHARS_MIN} characters"
            )


def nobodys(hasher: PasswordHasher) -> str:
    """A hash that costs as much to try as anybody's and is no password's: made up, so that no start
    waits for it."""
    salt, digest = (
        base64.b64encode(os.urandom(length)).decode().rstrip("=")
        for length in (hasher.salt_len, hasher.hash_len)
    )
    cost = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v=19${cost}${salt}${digest}"


def operator_token(folder: Path) -> str:
    """The token in `operator.token`, made at the first start, readable by its owner only."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / "operator.token"
    found = path.read_text().strip() if path.exists() else ""
    if len(found) < TOKEN_CHARS_MIN:  # none yet, or a full disk kept it from being written
        found = secrets.token_urlsafe(32)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(found)
    return found


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()
