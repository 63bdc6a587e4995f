"""What a running server holds, found by handlers under one typed key."""

from dataclasses import dataclass, field

import asyncpg
from aiohttp import web
from nacl.secret import SecretBox

from gate.access.policy import Policy
from gate.clock import Clock
from gate.server.appender import Appender
from gate.server.auth import Auth
from gate.server.claims import Claims
from gate.server.desk.directory import Directory
from gate.server.devices import Devices
from gate.server.downloads import Downloads
from gate.server.issue import Signer
from gate.server.lan_key import LanKey
from gate.server.live import Live
from gate.server.mail.outbox import Outbox
from gate.server.signing_keys import PrivateHalves
from gate.settings import ServerSettings


@dataclass(frozen=True, slots=True)
class Service:
    settings: ServerSettings
    clock: Clock
    policy: Policy
    policy_text: str
    pool: asyncpg.Pool
    appender: Appender
    signer: Signer
    halves: PrivateHalves
    devices: Devices
    auth: Auth
    live: Live
    lan_key: LanKey
    directory: Directory
    photo_box: SecretBox
    claims: Claims
    outbox: Outbox
    downloads: Downloads = field(default_factory=Downloads)


SERVICE = web.AppKey("service", Service)
