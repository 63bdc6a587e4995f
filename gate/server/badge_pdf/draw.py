"""Sets one badge's page, in a process of its own: JSON on stdin, a PDF on stdout.

A name from outside can be any text: whatever a font or the typesetter makes of it, it does to a
child that may use so much memory and time and then ends. What no font has is left out, for an
empty box on a badge helps nobody. The server itself loads neither fonts nor typesetter.
"""

import json
import resource
import sys
from pathlib import Path

LAYOUT = Path(__file__).with_name("sheet.typ")
PAGE_BYTES_MAX = 256 * 1024
MEMORY_MAX = 4_000_000_000
"""Of addresses: the fonts are mapped, not read."""
SECONDS_MAX = 10
NO_FONTS = 3
"""The program's status when stderr says how the fonts are installed."""
NAMES = ("name", "native", "organisation", "category", "edition", "place")


def draw(page: dict[str, object]) -> bytes:
    """Raises FontsMissing, and whatever Typst raises for a page it cannot set."""
    import typst

    from gate import fonts

    found = typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(folder) for folder in fonts.folders()],
    )
    page |= {name: drawable(str(page[name])) for name in NAMES}
    page["faces"] = fonts.faces(str(page["written"]))
    inputs = {"page": json.dumps(page, ensure_ascii=False)}
    compiler = typst.Compiler(str(LAYOUT), root=str(LAYOUT.parent), font_paths=found)
    made = compiler.compile(format="pdf", sys_inputs=inputs)
    assert isinstance(made, bytes)
    return made


def drawable(text: str) -> str:
    """The text without what cannot be drawn; as it is where all can be."""
    from gate import fonts

    if not fonts.missing(text):
        return fonts.seen(text)
    return fonts.seen("".join(each for each in fonts.clusters(text) if not fonts.missing(each)))


def _main() -> int:
    from gate.fonts import FontsMissing

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX, MEMORY_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS_MAX, SECONDS_MAX))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        sys.stdout.buffer.write(draw(json.loads(sys.stdin.buffer.read(PAGE_BYTES_MAX + 1))))
    except FontsMissing as error:
        print(error, file=sys.stderr)
        return NO_FONTS
    return 0


if __name__ == "__main__":
    sys.exit(_main())
