"""`deploy/dev demo-day`: everybody registered arrives on one day, at any speed, at every gate.

The server with its database, and a crowd of all 11,000 at the lanes, each the real lane code with a
store of its own. While it runs a line tells how it goes; the wall can be watched. At the end what
the crowd saw is held against the wall, and the wall against a recount of the log: status 1 when
they differ.
"""

import asyncio
import contextlib
import sys
import time
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from typing import Any

import msgspec

from deploy.demo import arguments, crowd
from deploy.demo.venue import Failed, Venue, step
from gate import clock
from gate.access.policy_file import parse
from gate.client import CallRefused, Client, ServerAway
from gate.editions import example

OPENS = time_of_day(6, 30)
EVE = timedelta(hours=12)
TELL_MINUTES = 15
LOOK_S = 0.5
GATES_TOLD = 5


def main() -> int:
    days = parse(example(), "example edition").days
    chosen = arguments.read_day(days, about=__doc__)
    try:
        return asyncio.run(Day(chosen).run())
    except (Failed, ServerAway, CallRefused, OSError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1


class Day(Venue):
    """Always from nothing: a folder of an earlier day is forgotten."""

    async def run(self) -> int:
        self.begin(fresh=True)
        self._day: date = self.chosen.day
        opens = datetime.combine(self._day, OPENS, self.policy.time_zone)
        try:
            enrolled = await self.open(clock.starting_now(opens - EVE))
            self.stop()  # the evening before goes by slowly, the day fast
            now = clock.starting_now(opens, self.chosen.speed)
            with step("the day begins"):
                await self.serve(now)
            lanes = [name for name, *_ in enrolled if name not in ("printer", "kiosk")]
            async with Client(self.url, self.token) as operator:
                link = await operator.operate("POST", "/api/v1/staff/links", {"roles": ["admin"]})
                with step(f"starting the crowd at {len(lanes)} lanes"):
                    self.launch("crowd", ["deploy.demo.crowd"], {
                        "CROWD_FOLDER": str(self.folder), "CROWD_SERVER": self.url,
                        "CROWD_CLOCK": str(now), "CROWD_LANES": ",".join(lanes),
                        "CROWD_WHOLE_DAY": "1",
                    })  # fmt: skip
                print(f"\nthe wall: {link['url']} (works once: choose a name and password)\n")
                started = time.monotonic()
                tally = await self._until_over(operator, now)
                if tally is None:
                    return 1
                return await self._report(operator, tally, time.monotonic() - started)
        finally:
            print("\nstopping", flush=True)
            self.stop()

    async def _until_over(self, operator: Client, now: clock.Clock) -> crowd.Tally | None:
        """What the crowd saw; None when the day was broken off."""
        file, tell_at = self.folder / crowd.TALLY, now.now()
        while not file.exists():
            if self.stopped.is_set():
                return None
            self.check_alive()
            if now.now() >= tell_at:
                await self._tell(operator, now)
                tell_at += timedelta(minutes=TELL_MINUTES)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.stopped.wait(), LOOK_S)
        return msgspec.json.decode(file.read_bytes(), type=crowd.Tally)

    async def _tell(self, operator: Client, now: clock.Clock) -> None:
        shown, local = await self._counts(operator), self.policy.local(now.now())
        print(
            f"{local:%H:%M}  entered {shown['entered']:>6,}  inside {self._inside(shown):>6,}  "
            f"refused {sum(shown['refused'].values()):>5,}  to look into "
            f"{shown['anomalies_total']:>3,}",
            flush=True,
        )

    async def _counts(self, operator: Client, what: str = "counts") -> dict[str, Any]:
        path = f"/api/v1/editions/{self.policy.edition}/{what}?day={self._day}"
        return dict(await operator.operate("GET", path))

    def _inside(self, shown: dict[str, Any]) -> int:
        return max(shown["inside"].values(), default=0)

    async def _report(self, operator: Client, tally: crowd.Tally, took_s: float) -> int:
        shown = await self._counts(operator)
        again = await self._counts(operator, "recount")
        entries = sum(gate["entries"] for gate in shown["gates"])
        print(
            f"""
{tally.came:,} people came, {tally.empty_handed:,} without a badge (not approved, or cancelled).
{tally.scans:,} scans in {took_s:.0f} s, {tally.scans / took_s:.0f} a second; at most \
{tally.behind_s:.0f} venue seconds behind."""
        )
        print("\nentries, and the busiest minute of the busiest gates")
        busiest = sorted(shown["gates"], key=lambda gate: -gate["entries"])[:GATES_TOLD]
        for gate in busiest:
            name = self.policy.gates[gate["id"]].name
            print(f"  {gate['entries']:>6,}  {name}: {gate['refused']:,} refused")
        peak = max(shown["minutes"], key=lambda each: each[1], default=(0, 0, 0))
        print(f"  the busiest minute, {peak[0] // 60:02}:{peak[0] % 60:02}: {peak[1]:,} entries")
        print("\nrefused")
        for reason, count in sorted(shown["refused"].items(), key=lambda each: -each[1]):
            print(f"  {count:>6,}  {reason}")
        print()
        agreed = [
            held("people who entered", tally.people, shown["entered"]),
            held("entries", tally.entries, entries),
            held("scans in the log", tally.scans, shown["records"]),
            held("forged badges admitted", tally.forged_admitted, 0),
            held("records set aside", shown["set_aside"], 0),
            held("the wall and a recount of the log", again["entered"], again["entered_recounted"])
            and again["equal"],
        ]
        return 0 if all(agreed) else 1


def held(what: str, found: int, expected: int) -> bool:
    """Says whether two numbers that must be one are."""
    good = found == expected
    said = f"{found:,}" if good else f"{found:,} and {expected:,}, which DIFFER"
    print(f"  {'ok ' if good else 'BAD'}  {what}: {said}")
    return good


if __name__ == "__main__":
    sys.exit(main())
