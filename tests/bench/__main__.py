"""`deploy/dev bench [NAME ...]`: measure what DESIGN's numbers promise, on this machine.

Each name is a module of this folder with `measure() -> Iterator[Line]`; without names all run.
"""

import importlib
import sys
from collections.abc import Iterator

from tests.bench.measure import Line, table

NAMES = ("access", "lane", "camera", "badge", "imports", "restart", "scans", "screen")


def lines_of(name: str) -> Iterator[Line]:
    module = importlib.import_module(f"tests.bench.{name}")
    print(f"measuring {name} ...", file=sys.stderr, flush=True)
    yield from module.measure()


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        print(f"no benchmark called {', '.join(unknown)}; there are: {', '.join(NAMES)}")
        return 2
    lines: list[Line] = []
    for name in names or NAMES:
        lines.extend(lines_of(name))
    print(table(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
