"""`deploy/dev settings`: writes deploy/SETTINGS.md from the settings themselves."""

from pathlib import Path

from gate.settings import table

PAGE = Path(__file__).with_name("SETTINGS.md")
INTRODUCTION = """\
# Settings

Written by `deploy/dev settings` from `gate/settings.py`; a test holds the two equal.

A setting comes from its environment variable, else from the TOML file that `GATE_SETTINGS` names
(`port` below `[server]`), else from its default. `DATABASE_URL` is taken for
`GATE_SERVER_DATABASE_URL` where that is not set. An unknown setting ends the program with words.

"""


def page() -> str:
    return INTRODUCTION + table()


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
