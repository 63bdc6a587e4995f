"""`deploy/dev bench [--all] [NAME ...]`: measure what DESIGN's numbers promise, on this machine.

Each name is a module of this folder with `measure() -> Iterator[Line]`; without names all run.
Where a measurement takes a sample, `--all` takes its `measure_all()` instead.
"""

import importlib
import os
import sys
import time
from collections.abc import Iterator

from tests.bench.measure import Line, table

NAMES = (
    "access",
    "lane",
    "camera",
    "tracks",
    "badge",
    "printing",
    "kiosk",
    "imports",
    "find",
    "restart",
    "scans",
    "screen",
)
QUIET = 0.5
"""Processes that others may be running without spoiling the figures."""


def lines_of(name: str, whole: bool = False) -> Iterator[Line]:
    module = importlib.import_module(f"tests.bench.{name}")
    print(f"measuring {name} ...", end="", file=sys.stderr, flush=True)
    started = time.monotonic()
    yield from (getattr(module, "measure_all", module.measure) if whole else module.measure)()
    print(f" {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)


def main(arguments: list[str]) -> int:
    names = [each for each in arguments if each != "--all"]
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        print(f"no benchmark called {', '.join(unknown)}; there are: {', '.join(NAMES)}")
        return 2
    before = os.getloadavg()[0]
    lines: list[Line] = []
    for name in names or NAMES:
        lines.extend(lines_of(name, "--all" in arguments))
    print(table(lines))
    if before > QUIET:
        print(f"\nThe machine was not quiet (load {before:.1f} at the start on {os.cpu_count()} "
              "cores): what is missed here may be met on a quiet one.")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
