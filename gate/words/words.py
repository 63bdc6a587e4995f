"""Decisions in words: reasons, days and hours as one says them in each of six languages.

Fluent files beside this module hold the sentences; days, hours and names are made here and
arrive in them ready. Month and weekday names are CLDR's, through Babel.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from importlib.resources import files
from itertools import groupby

from babel import Locale
from babel.dates import format_datetime
from fluent.runtime import FluentBundle, FluentResource

from gate.access.model import Decision, EventId, GateId, Reason
from gate.access.policy import Policy

LANGUAGES = ("en", "fr", "es", "ru", "ar", "zh")
RIGHT_TO_LEFT = frozenset({"ar"})
_LOCALES = {"en": "en_GB", "zh": "zh_Hans_CN"}
_COMMA = {"ar": "، ", "zh": "，"}
_LISTED = {"ar": "، ", "zh": "、"}
_CHECK = frozenset({Reason.SECOND_LOOK, Reason.NEEDS_RECORD, Reason.RULE_ERROR})


class Words:
    """The words of one language; an unknown language speaks English."""

    def __init__(self, language: str) -> None:
        self.language = language if language in LANGUAGES else "en"
        self._bundle = _bundle(self.language)
        self._locale = Locale.parse(_LOCALES.get(self.language, self.language))

    def say(self, name: str, arguments: Mapping[str, object] | None = None) -> str:
        """A message by its id. Raises KeyError for an id that does not exist."""
        pattern = self._bundle.get_message(name).value
        if pattern is None:
            raise KeyError(name)
        text, errors = self._bundle.format_pattern(pattern, dict(arguments or {}))
        if errors:
            raise KeyError(f"{name}: {errors[0]}")
        return str(text)

    def title(self, reason: Reason) -> str:
        """The one big word beside the light."""
        if reason is Reason.EXITED:
            return self.say("title-exit")
        if reason.opens:
            return self.say("title-go")
        return self.say("title-check" if reason in _CHECK else "title-stop")

    def decision(self, decision: Decision, policy: Policy, at: datetime) -> str:
        """The reason as a sentence, such as "Dialogue: valid 6-7 July"."""
        name = f"reason-{decision.reason.replace('_', '-')}"
        if decision.reason is Reason.WRONG_EVENT and not decision.events:
            name += "-none"
        return self.say(name, self._arguments(decision, policy, at))

    def attention(self, codes: Iterable[str]) -> tuple[str, ...]:
        """What the guard must see, in words; a code nobody knows is shown as it is."""
        return tuple(
            self.say(f"attention-{code}") if self._bundle.has_message(f"attention-{code}") else code
            for code in codes
        )

    def days(self, days: Iterable[date]) -> str:
        """Days with runs folded: "6-7 July", "6, 8-9 July"."""
        parts = []
        for _, month in groupby(sorted(days), key=lambda day: (day.year, day.month)):
            parts.append(self._month(list(month)))
        return ", ".join(parts)

    def today(self, day: date) -> str:
        longer = "MMMMEd" in self._locale.datetime_skeletons  # the full month's grammar
        return self._format(day, "MMMMEd" if longer else "MMMEd")

    def weekday(self, day: date) -> str:
        """As short as it is said: "Mon 6"."""
        return self._format(day, "Ed")

    def moment(self, at: datetime, policy: Policy, now: datetime) -> str:
        """ "08:30", with the day before it when that is not today."""
        local = policy.local(at)
        if local.date() == policy.local(now).date():
            return f"{local:%H:%M}"
        return f"{self.today(local.date())}{_COMMA.get(self.language, ', ')}{local:%H:%M}"

    def _arguments(self, decision: Decision, policy: Policy, at: datetime) -> dict[str, str]:
        arguments = {"today": self.today(policy.local(at).date())}
        if decision.event or decision.events:
            arguments["event"] = _event(decision.event or decision.events[0], policy)
        if decision.events:
            events = (_event(event, policy) for event in decision.events)
            arguments["events"] = _LISTED.get(self.language, ", ").join(events)
        if decision.days:
            arguments["days"] = self.days(decision.days)
        if decision.opens_at:
            arguments["when"] = self.moment(decision.opens_at, policy, at)
        if decision.since:
            arguments["since"] = self.moment(decision.since, policy, at)
        if decision.gate:
            arguments["gate"] = _gate(decision.gate, policy)
        return arguments

    def _month(self, days: list[date]) -> str:
        runs: list[list[int]] = []
        for day in days:
            if runs and day.day == runs[-1][-1] + 1:
                runs[-1].append(day.day)
            else:
                runs.append([day.day])
        shown = ", ".join(f"{r[0]}-{r[-1]}" if len(r) > 1 else str(r[0]) for r in runs)
        return self._format(days[0], "MMMMd", shown)

    def _format(self, day: date, skeleton: str, day_text: str = "") -> str:
        pattern = self._locale.datetime_skeletons[skeleton].pattern.replace("MMMM", "MMM")
        pattern = pattern.replace("MMM", "MMMM")  # months are never shortened
        if day_text:
            pattern = re.sub(
                r"'[^']*'|d+", lambda m: f"'{day_text}'" if m[0][0] == "d" else m[0], pattern
            )
        moment = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - a day has no zone
        return str(format_datetime(moment, pattern, locale=self._locale))


def _event(event: EventId, policy: Policy) -> str:
    return policy.events[event].name if event in policy.events else event


def _gate(gate: GateId, policy: Policy) -> str:
    return policy.gates[gate].name if gate in policy.gates else gate


@lru_cache(maxsize=len(LANGUAGES))
def _bundle(language: str) -> FluentBundle:
    # Isolation marks keep a Latin event name in its place within an Arabic sentence.
    bundle = FluentBundle([language], use_isolating=language in RIGHT_TO_LEFT)
    text = (files("gate.words") / f"{language}.ftl").read_text(encoding="utf-8")
    bundle.add_resource(FluentResource(text))
    return bundle
