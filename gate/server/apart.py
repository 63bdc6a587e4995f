"""Runs a program of ours apart from the server, for whatever is made of bytes from outside.

Whatever a picture or a font does, it does to a child that may use so much memory (it limits itself)
and so much time, and that ends with whoever waits for it.
"""

import asyncio
import sys

GRACE_S = 5.0
"""To start in, beyond the seconds of work a program allows itself."""


async def run(module: str, raw: bytes, work_s: float) -> tuple[int, bytes, str]:
    """(status, stdout, stderr) of `python -m module` with `raw` for its input.

    Raises TimeoutError when it works too long.
    """
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(work_s + GRACE_S):
            out, said = await child.communicate(raw)
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    assert child.returncode is not None
    return child.returncode, out, said.decode("utf-8", "replace").strip()
