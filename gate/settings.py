"""Everything a program can be told, read once from the environment and one TOML file.

A setting `port` of the program `server` is the TOML key ``port`` in ``[server]`` and the
environment variable ``GATE_SERVER_PORT``; the environment wins. Nothing else reads either.
"""

import math
import re
import tomllib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import Field, dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from gate import clock
from gate.clock import Clock

T = TypeVar("T")


class SettingsError(Exception):
    """A setting cannot be used; the message names it and what was expected."""


def _setting(default: T, doc: str) -> T:
    return field(default=default, metadata={"doc": doc})


def _port(default: int, doc: str) -> int:
    return field(default=default, metadata={"doc": doc, "most": 65_535})


@dataclass(frozen=True, slots=True)
class ServerSettings:
    host: str = _setting("127.0.0.1", "address to listen on")
    port: int = _port(8700, "port to listen on")
    public_url: str = _setting("", "address in links; empty: from host and port")
    tls_certificate: str = _setting("", "certificate chain file (PEM): serve https; empty: http")
    tls_key: str = _setting("", "its private key file (PEM); empty: in the certificate file")
    database_url: str = _setting("", "PostgreSQL server; empty: an embedded one in data_dir")
    data_dir: Path = _setting(Path(".run/server"), "keys, tokens and the embedded database")
    policy_file: str = _setting("", "edition and rules; empty: the example edition")
    vendor_dir: Path = _setting(Path("deploy/npm/node_modules"), "the pages' JavaScript libraries")
    clock: Clock = _setting(Clock(), "demonstration clock START@ORIGINxSPEED; empty: real time")
    import_bytes_max: int = _setting(32_000_000, "largest registration file accepted, bytes")
    smtp_url: str = _setting(
        "", "mail server, such as smtp://user:password@host:587; empty: no mail is sent"
    )
    mail_from: str = _setting("Accreditation <accreditation@example.org>", "sender of mails")
    mails_per_minute: int = _setting(60, "at most so many mails leave in a minute")
    claim_link: str = _setting("", "link in mails to a page about picking badges up; empty: none")
    viewers_max: int = _setting(2000, "dashboards open at the same time")

    @property
    def url(self) -> str:
        scheme = "https" if self.tls_certificate else "http"
        return self.public_url or f"{scheme}://{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class LaneSettings:
    server_url: str = _setting("http://127.0.0.1:8700", "address of the server")
    data_dir: Path = _setting(Path(".run/lane"), "the lane's own store and token")
    source: str = _setting("0", "camera number, video, folder of frames, URL, or - for stdin")
    scanner: str = _setting("", "device file of a hand scanner beside the camera; empty: none")
    frames_per_s: float = _setting(15.0, "frames a second from a folder or a video")
    page_port: int = _port(8701, "port of the lane's own page")
    language: str = _setting("en", "language of the lane's page: en fr es ru ar zh")
    lan_address: str = _setting("", "host:port at which other lanes reach this one; empty: none do")
    clock: Clock = _setting(Clock(), "demonstration clock START@ORIGINxSPEED; empty: real time")


@dataclass(frozen=True, slots=True)
class PrinterSettings:
    server_url: str = _setting("http://127.0.0.1:8700", "address of the server")
    data_dir: Path = _setting(Path(".run/printer"), "the station's token, queue and log")
    port: int = _port(8702, "port of the station's own pages")
    link_key: str = _setting("", "secret part of the badge links; empty: a new one each start")
    printers: tuple[str, ...] = _setting(
        (),
        "printers as NAME=ADDRESS, in the environment separated by `;`. Addresses: "
        "ipp://HOST/PATH, ipps://HOST/PATH?sha256=HEX, zpl://HOST:9100?dpi=203, folder:/PATH; "
        "each may have low=N, the paper count to warn at",
    )
    stall_s: float = _setting(45.0, "seconds without any progress after which a printer stalls")
    clock: Clock = _setting(Clock(), "demonstration clock START@ORIGINxSPEED; empty: real time")


@dataclass(frozen=True, slots=True)
class KioskSettings:
    server_url: str = _setting("http://127.0.0.1:8700", "address of the server")
    data_dir: Path = _setting(Path(".run/kiosk"), "the kiosk's token, records, queue and log")
    source: str = _setting("0", "camera number, video, folder of frames, URL; empty: no camera")
    scanner: str = _setting("", "device file of a hand scanner; empty: none")
    frames_per_s: float = _setting(15.0, "frames a second from a folder or a video")
    page_port: int = _port(8703, "port of the kiosk's own page")
    language: str = _setting("en", "language until a person chooses: en fr es ru ar zh")
    printers: tuple[str, ...] = _setting((), "printers as NAME=ADDRESS, as of a print station")
    template: str = _setting("a6", "badge template")
    stall_s: float = _setting(45.0, "seconds without any progress after which a printer stalls")
    patience_s: float = _setting(20.0, "seconds a person waits for a printer that takes nothing")
    idle_s: float = _setting(45.0, "seconds without a touch before the screen asks")
    letter: str = _setting("A", "this kiosk's letters in the numbers it gives: none, one or two")
    desk: str = _setting("B", "the desk to which it sends people")
    staff_pin: str = _setting("", "verifier of the staff PIN, as `kiosk pin` prints it")
    clock: Clock = _setting(Clock(), "demonstration clock START@ORIGINxSPEED; empty: real time")


PROGRAMS = {
    "server": ServerSettings,
    "lane": LaneSettings,
    "printer": PrinterSettings,
    "kiosk": KioskSettings,
}
S = TypeVar("S", ServerSettings, LaneSettings, PrinterSettings, KioskSettings)


def load(kind: type[S], environ: Mapping[str, str], toml: str = "", source: str = "") -> S:
    """The settings of one program; `toml` is the text of the file named `source`.

    Raises SettingsError naming an unknown key or variable, a wrong value or an unreadable file.
    """
    program = next(name for name, each in PROGRAMS.items() if each is kind)
    from_file = _section(program, toml, source)
    known = {each.name: each for each in fields(kind)}
    variables = {_variable(program, name): name for name in known}
    values: dict[str, object] = {}
    for key, value in from_file.items():
        where = f"{source}: {program}.{key}"
        if key not in known:
            raise SettingsError(f"{where}: unknown setting; {_hint(key, known)}")
        values[key] = _read(known[key], value, where)
    for variable, text in environ.items():
        if variable in variables:
            values[variables[variable]] = _read(known[variables[variable]], text, variable)
        elif variable.startswith(_variable(program, "")):
            raise SettingsError(f"{variable}: unknown setting; {_hint(variable, variables)}")
    return kind(**values)  # type: ignore[arg-type]


def table() -> str:
    """Every setting as a Markdown table, for deploy/SETTINGS.md."""
    lines = ["| setting | environment | default | what it is |", "|---|---|---|---|"]
    for program, kind in PROGRAMS.items():
        for each in fields(kind):
            variable = _variable(program, each.name)
            shown = f"`{each.default}`" if str(each.default) and each.default != () else ""
            lines.append(
                f"| {program}.{each.name} | `{variable}` | {shown} | {each.metadata['doc']} |"
            )
    return "\n".join(lines) + "\n"


def _section(program: str, toml: str, source: str) -> dict[str, object]:
    try:
        root = tomllib.loads(toml.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{source}: not readable as TOML: {error}") from None
    for key in root:
        if key not in PROGRAMS:
            raise SettingsError(f"{source}: {key}: unknown program; {_hint(key, PROGRAMS)}")
    section = root.get(program, {})
    if not isinstance(section, dict):
        raise SettingsError(f"{source}: {program}: expected a table [{program}]")
    return dict(section)


def _variable(program: str, name: str) -> str:
    return f"GATE_{program}_{name}".upper()


def _hint(wrong: str, known: Iterable[str]) -> str:
    near = get_close_matches(wrong, known, 1)
    return f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(known)}"


def _read(setting: Field[Any], value: object, name: str) -> object:
    """The value in the type of the setting's default; environment variables are all text."""
    match setting.default:
        case int():
            return _whole(value, setting.metadata.get("most", 2**53), name)
        case float():
            return _number(value, name)
        case tuple():
            return _texts(value, name)
        case Clock():
            try:
                return clock.read(str(value))
            except ValueError as error:
                raise SettingsError(f"{name}: {error}") from None
        case Path():
            return _path(value, name)
        case _:
            if isinstance(value, str):
                return value
            raise SettingsError(f"{name}: expected a text in quotes, found {value!r}")


def _path(value: object, name: str) -> Path:
    if isinstance(value, str) and value:
        return Path(value)
    raise SettingsError(f"{name}: expected a path, found {value!r}")


def _texts(value: object, name: str) -> tuple[str, ...]:
    """A list of texts; in the environment one text, separated by semicolons."""
    found = value.split(";") if isinstance(value, str) else value
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise SettingsError(f"{name}: expected a list of texts, found {value!r}")
    return tuple(each.strip() for each in found if each.strip())


def _whole(value: object, most: int, name: str) -> int:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,16}", value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise SettingsError(f"{name}: expected a whole number, 0 to {most:,}, found {value!r}")
    return value


def _number(value: object, name: str) -> float:
    if isinstance(value, str | int) and not isinstance(value, bool):
        with suppress(ValueError, OverflowError):
            value = float(value)
    if not isinstance(value, float) or not 0 < value < math.inf:
        raise SettingsError(f"{name}: expected a number above 0, found {value!r}")
    return value
