"""The invented people a measurement works on: as a registration file, and as badges."""

import csv
import functools
import io
from collections.abc import Iterator

from deploy.demo import people
from gate.access.model import Holder
from gate.access.wire import BadgeData
from gate.server.api.printer import badge_data
from gate.server.registrations.parse import parse
from tests import venue


@functools.lru_cache(maxsize=1)
def people_csv() -> bytes:
    """The 11,000 registrations as the file of a registration system."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(people.COLUMNS)
    writer.writerows(people.people())
    return file.getvalue().encode("utf-8-sig")


def badges() -> Iterator[BadgeData]:
    """Everybody's badge, in every script of the crowd; holders 1, 2, 3 ..."""
    policy = venue.policy()
    for holder, (_, registration) in enumerate(parse(people_csv(), policy).rows, 1):
        text = venue.badge(holder=Holder(holder))
        yield badge_data(registration, holder, 1, text, policy)
