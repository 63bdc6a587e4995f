"""`gate mail bounces`: finds what came back in files, mboxes and maildirs, and tells the server."""

import mailbox
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec

from gate.client import Client
from gate.commands.remote import operate
from gate.server.mail.bounces import MESSAGE_BYTES_MAX, Bounce, NotABounce, read

MESSAGES_MAX = 20_000
PER_CALL = 200


def bounces(paths: list[str]) -> int:
    """0 when all was read, 2 when a file could not be; what is no bounce is named and passed by."""
    found: dict[int, Bounce] = {}
    passed, odd = 0, 0
    for number, (name, raw) in enumerate(messages(paths)):
        if number == MESSAGES_MAX:
            print(f"stopped after {MESSAGES_MAX:,} messages: move away those read, and go on")
            odd += 1
            break
        if isinstance(raw, OSError):
            print(f"{name}: cannot be read: {raw.strerror or raw}")
            odd += 1
            continue
        try:
            bounce = read(raw)
            found[bounce.mail] = bounce
        except NotABounce as why:
            print(f"{name}: passed by: {why}")
            passed += 1

    async def act(client: Client, edition: str) -> int:
        noted, everything = 0, list(found.values())
        for start in range(0, len(everything), PER_CALL):
            body = {"bounces": msgspec.to_builtins(everything[start : start + PER_CALL])}
            told = await client.operate("POST", f"/api/v1/editions/{edition}/mails/bounces", body)
            for each in told:
                print(f"{each['code'] or 'mail ' + str(each['mail'])}  {each['outcome']}")
            noted += sum(each["outcome"] == "noted" for each in told)
        print(f"{noted:,} noted, {len(everything) - noted:,} not new or not ours, {passed:,} else")
        return 2 if odd else 0

    return operate(act)


def messages(paths: list[str]) -> Iterator[tuple[str, bytes | OSError]]:
    """(where it is, the message) of each, at most one byte more than is read of any."""
    for text in paths:
        path = Path(text)
        try:
            if path.is_dir() and all((path / each).is_dir() for each in ("cur", "new", "tmp")):
                yield from _box(text, mailbox.Maildir(path, create=False))
            elif path.is_dir():
                yield from ((str(each), _file(each)) for each in sorted(path.glob("*.eml")))
            elif path.is_file() and _starts(path, b"From "):
                yield from _box(text, mailbox.mbox(path, create=False))
            else:
                yield text, _file(path)
        except (OSError, mailbox.Error) as error:
            yield text, error if isinstance(error, OSError) else OSError(str(error))


def _box(name: str, box: mailbox.Maildir | mailbox.mbox) -> Iterator[tuple[str, bytes | OSError]]:
    with closing(box):
        for key in box.iterkeys():
            try:
                with closing(box.get_file(key)) as file:
                    yield f"{name} {key}", file.read(MESSAGE_BYTES_MAX + 1)
            except (OSError, KeyError) as error:
                gone = OSError("it is gone")
                yield f"{name} {key}", error if isinstance(error, OSError) else gone


def _file(path: Path) -> bytes | OSError:
    try:
        if path.exists() and not path.is_file():
            return OSError("neither a file nor a mailbox")
        with path.open("rb") as file:
            return file.read(MESSAGE_BYTES_MAX + 1)
    except OSError as error:
        return error


def _starts(path: Path, with_: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(len(with_)) == with_
