"""`kiosk arrivals` and `kiosk pin`; apart from the lane, which needs no printer library."""

import asyncio
import getpass
import re
import sys

from nacl import pwhash

from badge_printer.store import StoreUnusable
from badge_printer.template import TemplateError
from gate.access.wire import Enrolled
from gate.fonts import FontsMissing
from gate.settings import KioskSettings, SettingsError
from kiosk.arrivals.browser import NoBrowser
from kiosk.arrivals.kiosk import Arrivals
from kiosk.arrivals.replica import ReplicaUnusable

PIN = re.compile("[0-9]{4,12}")


async def arrivals(
    chosen: KioskSettings, enrolled: Enrolled, stop: asyncio.Event, open_browser: bool
) -> int:
    """Run until `stop`; 1 with words for what an operator can mend."""
    try:
        if not re.fullmatch("[A-Z]{0,2}", chosen.letter):
            raise SettingsError(f"kiosk.letter {chosen.letter!r}: expected up to two letters, A-Z")
        kiosk = Arrivals(chosen, enrolled, lambda line: print(line, flush=True))
        print(f"{enrolled.device}: page at http://127.0.0.1:{chosen.page_port}/", flush=True)
        await kiosk.run(stop, open_browser)
    except (FontsMissing, NoBrowser, ReplicaUnusable, SettingsError, StoreUnusable,
            TemplateError) as error:  # fmt: skip
        print(f"kiosk arrivals: {error}", file=sys.stderr)
        return 1
    return 0


async def pin() -> int:
    """Read a PIN from the terminal, or one line of a pipe; print its verifier."""
    ask = getpass.getpass if sys.stdin.isatty() else (lambda _: sys.stdin.readline().strip())
    said = await asyncio.to_thread(ask, "Staff PIN, 4 to 12 digits: ")
    if not PIN.fullmatch(said):
        print("kiosk pin: expected 4 to 12 digits", file=sys.stderr)
        return 1
    cost = pwhash.argon2id.OPSLIMIT_INTERACTIVE, pwhash.argon2id.MEMLIMIT_INTERACTIVE
    print(pwhash.argon2id.str(said.encode(), *cost).decode())
    return 0
