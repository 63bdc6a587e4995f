"""Finding people by what somebody types: any accent, case or script, with typing mistakes.

Everybody's words are held in memory, folded to plain Latin letters, and follow the table by its
change numbers. Each word asked for must be found in a person. From best to worst it is found as
the whole word, its beginning, the same consonants (Mohammed, Muhamad, محمد), with one or two
letters wrong, or inside a word. A name counts more than an organisation.
"""

import asyncio
import heapq
import re
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache

import asyncpg
import msgspec
from anyascii import anyascii

from gate.access.badge_number import holder as holder_of_badge
from gate.access.badge_number import number as badge_number
from gate.access.model import CategoryId, Status
from gate.server.registrations.parse import Registration
from gate.server.store import registrations as store

FOUND_MAX = 30
ASKED_WORDS_MAX = 6
ROWS_PER_STEP = 500
_WHOLE, _BEGINS, _SOUNDS, _MISTYPED, _INSIDE = 100, 80, 60, 45, 30
_IN_ORGANISATION = 25
"""Taken off for a word of the organisation."""
_WORD = re.compile(r"[0-9a-z]+")
_WIDE = re.compile(r"([\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff])")
"""Scripts that write a syllable a character, without spaces."""
_ALIKE = str.maketrans({"c": "k", "q": "k", "g": "k", "z": "s", "v": "w", "f": "p",
                        "b": "p", "d": "t", "j": "y"})  # fmt: skip
_PAIRS = (("x", "ks"), ("ph", "f"), ("th", "t"), ("kh", "h"), ("gh", "g"), ("sh", "s"), ("ch", "s"),
          ("dh", "d"), ("ts", "s"), ("ck", "k"))  # fmt: skip


class Found(msgspec.Struct, frozen=True):
    """A line of a search: enough to choose by, no code and no address. `who` opens the person."""

    who: str
    name: str
    native_name: str
    organisation: str
    country: str
    category: CategoryId
    status: Status


def fold(text: str) -> str:
    """Plain lower-case Latin letters and digits, words apart."""
    apart = _WIDE.sub(r" \1 ", text)
    plain = unicodedata.normalize("NFKD", apart)
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    return anyascii(plain).casefold().replace("'", "").replace("`", "")


@lru_cache(maxsize=50_000)
def sounds(word: str) -> str:
    """The consonants of a word, those alike made one: what stays of a name between spellings."""
    for pair, one in _PAIRS:
        word = word.replace(pair, one)
    plain = word.translate(_ALIKE)
    kept = plain[:1] if plain[:1] not in "aeiouyh" else ""
    for char in plain[1:] if kept else plain:
        if char not in "aeiouyhw" and char != kept[-1:]:
            kept += char
    return kept


def mistakes(a: str, b: str, most: int) -> int:
    """Letters wrong, missing, too many or swapped; `most + 1` for more than that."""
    if abs(len(a) - len(b)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, char in enumerate(a, 1):
        older, before, row = before, row, [i]
        for j, other in enumerate(b, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (char != other))
            if i > 1 and j > 1 and char == b[j - 2] and a[i - 2] == other:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]


class Directory:
    """Everybody of one edition. `find` first takes what changed since it last looked."""

    def __init__(self, pool: asyncpg.Pool, edition: str) -> None:
        self._pool = pool
        self._edition = edition
        self._seen = 0
        self._one = asyncio.Lock()
        self._people: dict[str, tuple[int, Registration]] = {}
        self._by_holder: dict[int, str] = {}
        self._words_of: dict[str, dict[str, int]] = {}
        self._index = _Index()

    async def find(self, asked: str) -> list[Found]:
        """The best FOUND_MAX, best first."""
        await self.follow()
        return [self._found(code) for code in self.look_up(asked)]

    async def by_name(self, asked: str) -> list[Registration]:
        """The best FOUND_MAX by their names alone: no organisation, code or number helps."""
        await self.follow()
        return [self._people[code][1] for code in self._named(asked, names_only=True)]

    @property
    def codes(self) -> Mapping[str, object]:
        """Everybody's code, as they came; none is ever taken away."""
        return self._people

    async def follow(self) -> None:
        async with self._one:
            while rows := await store.changed(self._pool, self._edition, self._seen, ROWS_PER_STEP):
                for change, holder, registration in rows:
                    self.take(holder, registration)
                    self._seen = change
                await asyncio.sleep(0)

    def take(self, holder: int, registration: Registration) -> None:
        """Know somebody, or know them anew."""
        code = registration.code
        if code in self._people:
            self._by_holder.pop(self._people[code][0], None)
        self._people[code] = (holder, registration)
        self._by_holder[holder] = code
        words = _words(registration)
        for word in self._words_of.get(code, ()):
            self._index.forget(word, code)
        for word, minus in words.items():
            self._index.add(word, code, minus)
        self._words_of[code] = words

    def look_up(self, asked: str) -> list[str]:
        """Codes of whom the words mean, best first."""
        exact = self._exactly(asked.strip())
        named = [code for code in self._named(asked) if code != exact]
        return [exact, *named] if exact else named

    def _named(self, asked: str, names_only: bool = False) -> list[str]:
        words = _WORD.findall(fold(asked))[:ASKED_WORDS_MAX]
        if not words:
            return []
        scores = self._index.scores(words[0], names_only)
        for word in words[1:]:
            more = self._index.scores(word, names_only)
            scores = {code: scores[code] + more[code] for code in scores.keys() & more.keys()}
        best = heapq.nlargest(FOUND_MAX, scores.items(), key=lambda each: each[1])
        best.sort(key=lambda each: (-each[1], self._people[each[0]][1].family.casefold()))
        return [code for code, _ in best]

    def _exactly(self, asked: str) -> str | None:
        if asked in self._people:
            return asked
        if asked.upper() in self._people:
            return asked.upper()
        holder = holder_of_badge(asked)
        return self._by_holder.get(holder) if holder else None

    def _found(self, code: str) -> Found:
        holder, r = self._people[code]
        return Found(
            f"~{badge_number(holder)}", r.name_on_badge, r.native_name, r.organisation, r.country,
            r.category, r.status,
        )  # fmt: skip


def _words(r: Registration) -> dict[str, int]:
    """Each word of a person, with what is taken off for where it stands."""
    words = dict.fromkeys(_WORD.findall(fold(r.organisation)), _IN_ORGANISATION)
    names = fold(f"{r.given} {r.family} {r.name_on_badge} {r.native_name}")
    words.update(dict.fromkeys(_WORD.findall(names), 0))
    for name in (r.given, r.family):  # "Al-Amin" and "de la Cruz" are also typed as one word
        parts = _WORD.findall(fold(name))
        if len(parts) > 1:
            words["".join(parts)] = 0
    return words


class _Index:
    """Word -> people, and the ways to a word that was not typed exactly."""

    def __init__(self) -> None:
        self._people: dict[str, dict[str, int]] = {}
        self._sorted: list[str] = []
        self._new: list[str] = []
        self._sounds: defaultdict[str, set[str]] = defaultdict(set)
        self._grams: defaultdict[str, set[str]] = defaultdict(set)

    def add(self, word: str, code: str, minus: int) -> None:
        people = self._people.get(word)
        if people is None:
            people = self._people[word] = {}
            self._new.append(word)
            self._sounds[sounds(word)].add(word)
            for gram in _grams(word):
                self._grams[gram].add(word)
        people[code] = minus

    def forget(self, word: str, code: str) -> None:
        """A word without people stays: it costs little, and names come back."""
        self._people[word].pop(code, None)

    def scores(self, asked: str, names_only: bool) -> dict[str, int]:
        """Code -> how well this person has the word, in a name or also in the organisation."""
        found: dict[str, int] = {}
        for word, score in self._alike(asked).items():
            for code, minus in self._people[word].items():
                if score - minus > found.get(code, 0) and not (names_only and minus):
                    found[code] = score - minus
        return found

    def _alike(self, asked: str) -> dict[str, int]:
        alike = dict(self._near(asked))
        if len(key := sounds(asked)) > 1:
            for word in self._sounds.get(key, ()):
                alike[word] = max(alike.get(word, 0), _SOUNDS - mistakes(asked, word, 8))
        for word in self._beginning(asked):
            alike[word] = _BEGINS
        if asked in self._people:
            alike[asked] = _WHOLE
        return alike

    def _beginning(self, asked: str) -> Iterator[str]:
        if self._new:
            self._sorted = sorted({*self._sorted, *self._new})
            self._new.clear()
        for place in range(bisect_left(self._sorted, asked), len(self._sorted)):
            if not self._sorted[place].startswith(asked):
                return
            yield self._sorted[place]

    def _near(self, asked: str) -> Iterator[tuple[str, int]]:
        """Words that hold what was typed, or are a typing mistake or two away from it."""
        most = 0 if len(asked) < 4 else 1 if len(asked) < 7 else 2
        grams = _grams(asked)
        needed = max(2, len(grams) - 1 - 2 * most)
        shared: defaultdict[str, int] = defaultdict(int)
        for gram in grams:
            for word in self._grams.get(gram, ()):
                shared[word] += 1
        for word, count in shared.items():
            if count < needed:
                continue
            if asked in word:
                yield word, _INSIDE
            elif (wrong := mistakes(asked, word, most)) <= most:
                yield word, _MISTYPED - 10 * wrong
            elif most and mistakes(asked, word[: len(asked)], 1) == 1:
                yield word, _MISTYPED - 15


def _grams(word: str) -> set[str]:
    """Two letters in a row, also across the beginning."""
    marked = f"^{word}"
    return {marked[i : i + 2] for i in range(len(marked) - 1)}
