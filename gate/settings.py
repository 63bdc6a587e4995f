"""Everything a program can be told, read once from the environment and one TOML file.

A setting `port` of the program `server` is the TOML key ``port`` in ``[server]`` and the
environment variable ``GATE_SERVER_PORT``; the environment wins. Nothing else reads either.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar

from gate import clock
from gate.clock import Clock

T = TypeVar("T")


class SettingsError(Exception):
    """A setting cannot be used; the message names it and what was expected."""


def _setting(default: T, doc: str) -> T:
    return field(default=default, metadata={"doc": doc})


@dataclass(frozen=True, slots=True)
class ServerSettings:
    host: str = _setting("127.0.0.1", "address to listen on")
    port: int = _setting(8700, "port to listen on")
    public_url: str = _setting("", "address in links; empty: from host and port")
    database_url: str = _setting("", "PostgreSQL server; empty: an embedded one in data_dir")
    data_dir: Path = _setting(Path(".run/server"), "keys, tokens and the embedded database")
    policy_file: str = _setting("", "edition and rules; empty: the example edition")
    vendor_dir: Path = _setting(Path("deploy/npm/node_modules"), "the pages' JavaScript libraries")
    clock: Clock = _setting(Clock(), "demonstration clock START@ORIGINxSPEED; empty: real time")
    import_bytes_max: int = _setting(32_000_000, "largest registration file accepted, bytes")
    viewers_max: int = _setting(2000, "dashboards open at the same time")

    @property
    def url(self) -> str:
        return self.public_url or f"http://{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class LaneSettings:
    server_url: str = _setting("http://127.0.0.1:8700", "address of the server")
    data_dir: Path = _setting(Path(".run/lane"), "the lane's own store and token")
    source: str = _setting("0", "camera number, video, folder of frames, URL, or - for stdin")
    scanner: str = _setting("", "device file of a hand scanner beside the camera; empty: none")
    frames_per_s: float = _setting(15.0, "frames a second from a folder or a video")
    page_port: int = _setting(8701, "port of the lane's own page")
    language: str = _setting("en", "language of the lane's page: en fr es ru ar zh")
    clock: Clock = _setting(Clock(), "demonstration clock START@ORIGINxSPEED; empty: real time")


@dataclass(frozen=True, slots=True)
class PrinterSettings:
    server_url: str = _setting("http://127.0.0.1:8700", "address of the server")
    data_dir: Path = _setting(Path(".run/printer"), "the station's token")
    port: int = _setting(8702, "port of the station's own pages")
    link_key: str = _setting("", "secret part of the badge links; empty: a new one each start")


PROGRAMS = {"server": ServerSettings, "lane": LaneSettings, "printer": PrinterSettings}
S = TypeVar("S", ServerSettings, LaneSettings, PrinterSettings)


def load(kind: type[S], environ: Mapping[str, str], toml: str = "", source: str = "") -> S:
    """The settings of one program; `toml` is the text of the file named `source`.

    Raises SettingsError naming an unknown key, a wrong type or an unreadable file.
    """
    program = next(name for name, each in PROGRAMS.items() if each is kind)
    from_file = _section(program, toml, source)
    values: dict[str, object] = {}
    for each in fields(kind):
        variable = f"GATE_{program}_{each.name}".upper()
        if variable in environ:
            values[each.name] = _read(each.default, environ[variable], variable)
        elif each.name in from_file:
            name = f"{source}: {program}.{each.name}"
            values[each.name] = _read(each.default, from_file.pop(each.name), name)
        from_file.pop(each.name, None)
    for key in from_file:
        known = [each.name for each in fields(kind)]
        near = get_close_matches(key, known, 1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(known)}"
        raise SettingsError(f"{source}: {program}.{key}: unknown setting; {hint}")
    return kind(**values)  # type: ignore[arg-type]


def table() -> str:
    """Every setting as a Markdown table, for deploy/SETTINGS.md."""
    lines = ["| setting | environment | default | what it is |", "|---|---|---|---|"]
    for program, kind in PROGRAMS.items():
        for each in fields(kind):
            variable = f"GATE_{program}_{each.name}".upper()
            shown = f"`{each.default}`" if str(each.default) else ""
            lines.append(
                f"| {program}.{each.name} | `{variable}` | {shown} | {each.metadata['doc']} |"
            )
    return "\n".join(lines) + "\n"


def _section(program: str, toml: str, source: str) -> dict[str, object]:
    try:
        root = tomllib.loads(toml)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{source}: not readable as TOML: {error}") from None
    for key in root:
        if key not in PROGRAMS:
            raise SettingsError(f"{source}: {key}: expected one of {', '.join(PROGRAMS)}")
    section = root.get(program, {})
    if not isinstance(section, dict):
        raise SettingsError(f"{source}: {program}: expected a table [{program}]")
    return dict(section)


def _read(default: object, value: object, name: str) -> object:
    """The value in the type of the default."""
    try:
        if isinstance(default, int | float) and not isinstance(value, bool):
            return type(default)(value)  # type: ignore[call-overload,arg-type]
        if isinstance(default, Clock):
            return clock.read(str(value))
        if isinstance(value, str):
            return type(default)(value)  # type: ignore[call-arg]
    except ValueError as error:
        raise SettingsError(f"{name}: {error}") from None
    raise SettingsError(f"{name}: expected {type(default).__name__}, found {value!r}")
