"""The words of the operator's page, ready to show: the station speaks Fluent, the page fills in.

A message arrives with `{printer}` and the like where the page puts what it knows; one that counts
arrives in each form its language has, by the name `Intl.PluralRules` gives the form.
"""

import re
from functools import cache
from importlib.resources import files

import msgspec
from babel import Locale

from badge_printer.operating import Trouble
from badge_printer.printers.printer import Condition
from badge_printer.queue import Instead, State, Why
from badge_printer.upload import Behind
from gate.words.words import RIGHT_TO_LEFT, Words

FILES = ("operator.html", "operator.js")
COUNTED = frozenset({"station-records", "station-to-print", "station-sheets"})
_FILLED = ("code", "count", "dots", "dpi", "generation", "mm", "more", "printer", "wanted", "who")
_NUMBERS = range(200)
"""Among these is one of every form the six languages use for whole numbers of badges."""


class PageWords(msgspec.Struct, frozen=True):
    language: str
    right_to_left: bool
    messages: dict[str, str]
    counted: dict[str, dict[str, str]]
    """Message -> form -> words, with `{n}` where the number stands."""


def names() -> list[str]:
    """Every message the page may show."""
    pages = [(files("badge_printer") / "pages" / name).read_text("utf-8") for name in FILES]
    named = {name for text in pages for name in re.findall(r'"(station-[a-z-]*[a-z])"', text)}
    named |= {f"station-condition-{each.replace('_', '-')}" for each in Condition}
    named |= {f"station-state-{each.replace('_', '-')}" for each in State}
    named |= {f"station-why-{each.replace('_', '-')}" for each in Why}
    named |= {f"station-server-{each.replace('_', '-')}" for each in Behind}
    named |= {f"station-problem-{each.replace('_', '-')}" for each in (*Trouble, *Instead)}
    return sorted(named)


@cache
def page_words(language: str) -> PageWords:
    words = Words(language)
    filled = {name: f"{{{name}}}" for name in _FILLED}
    forms = _forms(words.language)
    return PageWords(
        language=words.language,
        right_to_left=words.language in RIGHT_TO_LEFT,
        messages={name: words.say(name, filled) for name in names() if name not in COUNTED},
        counted={
            name: {
                form: words.say(name, {"n": number}).replace(str(number), "{n}")
                for form, number in forms.items()
            }
            for name in sorted(COUNTED)
        },
    )


def _forms(language: str) -> dict[str, int]:
    """Form -> the first number that takes it."""
    form_of = Locale.parse(language).plural_form
    return {form_of(number): number for number in reversed(_NUMBERS)}
