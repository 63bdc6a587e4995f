"""The one place where a program reads its environment and its settings file."""

import os
import sys
from pathlib import Path
from typing import TypeVar

from gate.settings import (
    KioskSettings,
    LaneSettings,
    PrinterSettings,
    ServerSettings,
    SettingsError,
    load,
)

S = TypeVar("S", ServerSettings, LaneSettings, PrinterSettings, KioskSettings)
FILE_VARIABLE = "GATE_SETTINGS"


def settings(kind: type[S]) -> S:
    """The program's settings; a mistake in them ends the program with words."""
    source = os.environ.get(FILE_VARIABLE, "")
    environ = dict(os.environ)
    if "DATABASE_URL" in environ:
        environ.setdefault("GATE_SERVER_DATABASE_URL", environ["DATABASE_URL"])
    try:
        text = Path(source).read_text(encoding="utf-8") if source else ""
        return load(kind, environ, text, source)
    except (SettingsError, OSError, UnicodeDecodeError) as error:
        sys.exit(f"settings: {error}")
