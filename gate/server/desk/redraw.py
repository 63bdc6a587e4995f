"""A photo from outside becomes one of ours, in a process of its own with little to lose.

Run as a program: a JPEG or PNG on stdin, ours on stdout, or words on stderr. Whatever a hostile
file does, it does to a child that may use so much memory and time and then ends. What comes out
is always drawn anew: upright, cropped to a badge's shape, without metadata. Imports nothing of
the service, so that it starts quickly.
"""

import io
import resource
import sys

WIDTH, HEIGHT = 480, 640
UPLOAD_BYTES_MAX = 8_000_000
PIXELS_MAX = 40_000_000
SMALLEST = 120
"""Pixels of the shorter side: less is no portrait."""
MEMORY_MAX = 1_000_000_000
SECONDS_MAX = 10
NOT_TAKEN = 3
"""The program's status when stderr says in words what is wrong with the file."""


def redraw(raw: bytes) -> bytes:
    """Raises ValueError in words, and whatever Pillow raises for a broken file."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = PIXELS_MAX
    with Image.open(io.BytesIO(raw), formats=("JPEG", "PNG")) as opened:
        width, height = opened.size
        if width * height > PIXELS_MAX:
            raise ValueError(f"{width} x {height} is too many pixels")
        if min(width, height) < SMALLEST:
            raise ValueError(f"{width} x {height} is too small, expected {SMALLEST} at least")
        opened.draft("RGB", (WIDTH * 2, HEIGHT * 2))  # a JPEG is read no larger than needed
        upright = ImageOps.exif_transpose(opened)
        drawn = Image.new("RGB", upright.size, "white")
        flat = upright.convert("RGBA")
        drawn.paste(flat, mask=flat)
        fitted = ImageOps.fit(drawn, (WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    fitted.save(out, "JPEG", quality=88, optimize=True)
    return out.getvalue()


def _main() -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX, MEMORY_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS_MAX, SECONDS_MAX))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    raw = sys.stdin.buffer.read(UPLOAD_BYTES_MAX + 1)
    try:
        sys.stdout.buffer.write(redraw(raw))
    except ValueError as error:
        print(error, file=sys.stderr)
        return NOT_TAKEN
    except Exception:  # noqa: BLE001 - a broken file is one, whichever way it is broken
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(_main())
