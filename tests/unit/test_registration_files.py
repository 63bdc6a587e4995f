"""Registration files as spreadsheets and programs really export them; good rows always go in."""

import codecs
import json

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gate.access.model import Status
from gate.server.registrations import parse as module
from gate.server.registrations.parse import CELL_CHARS_MAX, PROBLEMS_MAX, Parsed, parse
from tests import venue

POLICY = venue.policy()
HEADER = "Registration code,First name,Last name,Organisation,Category,Events"
ANA = "WS-0001,Zoë,Müller,Office of Culture,Delegate,wsis"
BEN = "WS-0002,José,Núñez,Ministère,Minister,wsis; dialogue: 6"
GOOD = f"{HEADER}\r\n{ANA}\r\n{BEN}\r\n"


def read(text: str | bytes, encoding: str = "utf-8") -> Parsed:
    return parse(text if isinstance(text, bytes) else text.encode(encoding), POLICY)


def codes(parsed: Parsed) -> list[str]:
    return [registration.code for _, registration in parsed.rows]


def rows(*lines: str) -> Parsed:
    return read("\n".join((HEADER, *lines)))


def complaints(parsed: Parsed) -> list[tuple[int, str, str]]:
    return [(p.line, p.column, p.message) for p in parsed.problems]


def whole_file(parsed: Parsed) -> str:
    """The one complaint about a file that cannot be read at all."""
    assert parsed.rows == ()
    ((line, column, message),) = complaints(parsed)
    assert (line, column) == (0, "")
    return message


# --- encodings and separators


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (GOOD.encode(), "utf-8"),
        (codecs.BOM_UTF8 + GOOD.encode(), "utf-8 with mark"),
        (codecs.BOM_UTF16_LE + GOOD.encode("utf-16-le"), "utf-16-le with mark"),
        (codecs.BOM_UTF16_BE + GOOD.encode("utf-16-be"), "utf-16-be with mark"),
        (GOOD.encode("cp1252"), "windows-1252"),
    ],
)
def test_a_spreadsheets_encoding_is_recognised_and_named(raw, said):
    parsed = read(raw)
    assert parsed.problems == ()
    assert parsed.encoding == said
    assert [r.given for _, r in parsed.rows] == ["Zoë", "José"]
    assert [line for line, _ in parsed.rows] == [2, 3]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("head", ["", "sep={}\r\n", '"sep={}"\r\n'])
def test_commas_semicolons_and_tabs_with_or_without_excels_line(separator, head):
    text = GOOD.replace("wsis; dialogue: 6", "wsis | dialogue: 6").replace(",", separator)
    parsed = read(head.format(separator) + text)
    assert parsed.problems == ()
    assert parsed.separator == {"\t": "tab"}.get(separator, separator)
    first = 3 if head else 2
    assert [line for line, _ in parsed.rows] == [first, first + 1]


def test_any_separator_can_be_announced():
    parsed = read("sep=|\n" + GOOD.replace(",", "|"))
    assert (codes(parsed), parsed.separator) == (["WS-0001", "WS-0002"], "|")


def test_quoted_cells_hold_separators_quotes_and_line_breaks():
    parsed = rows('WS-0001,"Anna ""Nan""","O\nNeill","Office, of",Delegate,wsis', BEN)
    assert parsed.problems == ()
    first, second = (registration for _, registration in parsed.rows)
    assert (first.given, first.family, first.organisation) == (
        'Anna "Nan"',
        "O Neill",
        "Office, of",
    )
    assert [line for line, _ in parsed.rows] == [2, 4]
    assert second.code == "WS-0002"


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_lines_end_as_on_any_machine(ends):
    assert codes(read(GOOD.replace("\r\n", ends))) == ["WS-0001", "WS-0002"]


def test_a_damaged_byte_in_utf8_costs_its_row_not_every_accent_of_the_file():
    raw = GOOD.encode().replace("José".encode(), b"Jos\xc3")
    parsed = read(raw)
    assert parsed.encoding == "utf-8, damaged"
    assert [r.given for _, r in parsed.rows] == ["Zoë"]
    assert complaints(parsed) == [
        (3, "given", "character 4 is U+FFFD REPLACEMENT CHARACTER, which no name needs")
    ]


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "the file is empty"),
        (b" \r\n ", "the file is empty"),
        (codecs.BOM_UTF8, "there is no header line"),
        (codecs.BOM_UTF8 + b"\xff", "says it is utf-8, but byte 0 is not"),
        (codecs.BOM_UTF16_LE + b"abc", "says it is utf-16-le, but byte 2 is not"),
        (b"code\nab\x81\xff\xfe", "neither UTF-8 (byte 7, line 2) nor Windows-1252 (byte 7); "
                                  "save it as CSV UTF-8"),
        (b"sep=;", "there is no header line"),
        (b"code;family;events\n", "no column 'category' (found: code, family, events)"),
        (b"code,id,family,category,events\n", "two columns mean code"),
        (b"\xd0\xcf\x11\xe0", "no column 'code'"),
        (b"PK\x03\x04", "no column 'code' (found: PK\\u0003\\u0004)"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_says_why(raw, said):
    assert whole_file(read(raw)).startswith(said)


# --- columns


def test_columns_are_known_by_many_names_in_any_order():
    parsed = read("EVENTS\tParticipant-Type\tSURNAME\t reference \twsis note\n"
                  "wsis\tstaff\tDoe\tWS-0001\tx\n")  # fmt: skip
    assert codes(parsed) == ["WS-0001"]
    assert parsed.unknown_columns == ("wsis note",)


def test_what_is_not_given_is_made_up_sensibly():
    (_, ana), _ = rows(ANA, BEN).rows
    assert (ana.name_on_badge, ana.language, ana.status) == ("Zoë Müller", "en", Status.APPROVED)
    assert (ana.email, ana.photo, ana.native_name) == ("", "", "")


def test_blank_lines_and_blank_cells_at_the_end_are_no_mistake():
    parsed = rows("", ANA + ",,", ",,,,,", "   ", BEN + ", ")
    assert codes(parsed) == ["WS-0001", "WS-0002"]
    assert parsed.problems == ()


def test_a_cell_beyond_the_header_is_a_shifted_row():
    parsed = rows(ANA + ",oops", BEN)
    assert codes(parsed) == ["WS-0002"]
    assert complaints(parsed) == [(2, "", "more cells than the header has columns")]


# --- rows


def test_good_rows_go_in_whatever_the_others_are():
    parsed = rows(
        ANA,
        "WS,Bo,Bad,Org,Delegate,wsis",
        "WS-0003,Bo,,Org,VIP,opening",
        "WS-0004,B\u202eo,Bad,Org,Delegate,wsis: 11",
        BEN,
    )
    assert codes(parsed) == ["WS-0001", "WS-0002"]
    assert [(line, column) for line, column, _ in complaints(parsed)] == [
        (3, "code"), (4, "family"), (4, "category"), (4, "events"), (5, "given"), (5, "events"),
    ]  # fmt: skip
    assert parsed.refused == 3


def test_a_character_no_name_needs_is_named_by_row_column_and_code_point():
    parsed = rows("WS-0001,Eve,Mal\u202elory,Org,Delegate,wsis")
    (problem,) = parsed.problems
    assert (problem.line, problem.column) == (2, "family")
    assert problem.message == ("character 4 is U+202E RIGHT-TO-LEFT OVERRIDE, which no name needs")
    assert problem.value == "Mal\\u202elory", "the report itself is not turned around"


def test_a_report_is_no_way_into_the_operators_terminal():
    parsed = rows("WS-0001,\x1b[2JEve,Doe,Org,Delegate,wsis")
    assert parsed.problems[0].value == "\\u001b[2JEve"
    evil = read("code,family,category,events,\x1b]0;x\x07\n")
    assert evil.unknown_columns == ("\\u001b]0;x\\u0007",)
    assert read("sep=\x1b\n" + GOOD.replace(",", "\x1b")).separator == "\\u001b"


def test_the_same_row_again_is_a_repeat_and_another_of_the_same_code_a_clash():
    parsed = rows(ANA, BEN, ANA, BEN.replace("José", "Josefa"))
    assert codes(parsed) == ["WS-0001"]
    assert parsed.repeats == 1
    assert complaints(parsed) == [
        (3, "code", "another line says otherwise"),
        (5, "code", "line 3 says otherwise"),
    ]
    assert parsed.refused == 2


def test_neither_of_two_clashing_rows_is_believed_however_many_there_are():
    parsed = rows(*(ANA.replace("Zoë", f"Zoe{n}") for n in range(4)))
    assert parsed.rows == ()
    assert [p.line for p in parsed.problems] == [2, 3, 4, 5]
    assert parsed.refused == 4


def test_a_cell_without_end_is_named_not_kept():
    parsed = rows(ANA.replace("Zoë", "x" * (CELL_CHARS_MAX + 1)), BEN)
    assert codes(parsed) == ["WS-0002"]
    assert complaints(parsed) == [(2, "given", "5,001 characters in one cell")]
    assert len(parsed.problems[0].value) < 100


def test_a_quote_that_is_never_closed_does_not_cost_the_rows_before_it():
    parsed = rows(ANA, 'WS-0003,"Bo,Bad,Org,Delegate,wsis', *["x" * 100] * 2000)
    assert codes(parsed) == ["WS-0001"]
    assert "is there a quote that is never closed?" in parsed.problems[0].message
    assert parsed.problems[0].line == 3


def test_the_report_is_bounded_and_still_counts_every_refused_row():
    parsed = rows(ANA, *(["x"] * (PROBLEMS_MAX + 500)), BEN)
    assert len(parsed.problems) == PROBLEMS_MAX
    assert parsed.refused == PROBLEMS_MAX + 500
    assert codes(parsed) == ["WS-0001", "WS-0002"]
    clashes = [ANA.replace("0001", f"{n // 2:04}").replace("Zoë", f"Z{n}") for n in range(3000)]
    many = rows(*clashes)
    assert (len(many.problems), many.refused) == (PROBLEMS_MAX, 3000)


def test_a_file_of_too_many_rows_is_refused_as_a_whole(monkeypatch):
    monkeypatch.setattr(module, "ROWS_MAX", 1)
    assert codes(rows(ANA)) == ["WS-0001"]
    assert whole_file(rows(ANA, BEN)) == "more than 1 rows; split the file"


# --- JSON

EVE = {"code": "WS-0003", "family": "Doe", "category": "media", "events": ["wsis"]}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([EVE]),
        json.dumps({"registrations": [EVE]}),
        json.dumps(EVE),
        json.dumps(EVE) + "\n\n",
        "  " + json.dumps([EVE], indent=2),
        json.dumps(EVE) + "\n" + json.dumps(EVE) + "\n",
    ],
)
def test_json_comes_as_a_list_as_an_object_or_as_lines(text):
    parsed = read(text)
    assert codes(parsed) == ["WS-0003"]
    assert (parsed.problems, parsed.separator) == ((), "json")


def test_in_json_events_may_be_lists_and_objects():
    held = [{"event": "wsis", "days": [6, "2026-07-07"]}, {"event": "ai4g", "days": "8-9"},
            {"event": "dialogue"}, "ministerial: 9"]  # fmt: skip
    ((_, eve),) = read(json.dumps([EVE | {"events": held}])).rows
    assert set(eve.entitlements) == set(venue.held("wsis:6,7 ai4g:8,9 dialogue ministerial:9"))


def test_in_json_too_good_rows_go_in_whatever_the_others_are():
    parsed = read(json.dumps([5, EVE, None, EVE | {"id": "WS-0009"}, EVE | {"family": None}]))
    assert codes(parsed) == ["WS-0003"]
    assert complaints(parsed) == [
        (1, "", 'not an object such as {"code": ..., "family": ...}'),
        (3, "", 'not an object such as {"code": ..., "family": ...}'),
        (4, "", "two keys mean code"),
        (5, "family", "empty, expected a value"),
    ]


def test_a_broken_line_of_json_costs_itself_only():
    parsed = read(json.dumps(EVE) + '\n{"code": "WS-\n' + json.dumps(EVE | {"code": "WS-0004"}))
    assert codes(parsed) == ["WS-0003", "WS-0004"]
    assert [p.line for p in parsed.problems] == [2]


def test_a_line_of_json_ends_at_its_line_break_only():
    eve = json.dumps(EVE | {"given": "A\u2028B"}, ensure_ascii=False)
    ((_, eve),) = read(f"{eve}\r\n{eve}\r\n").rows
    assert eve.given == "A B"


def test_unknown_keys_of_json_are_named_once():
    parsed = read(json.dumps([EVE | {"shoe size": 43}, EVE | {"shoe size": 44, "\ud800": 1}]))
    assert parsed.unknown_columns == ("shoe size", "\\ud800")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not JSON ("),
        ("[1,", "not JSON ("),
        ("{'code': 5}", "not JSON ("),
        ('{"registrations": 5}', "expected a list of registrations"),
        ("[" * 100_000, "not JSON ("),
        ('{"code": ' + "9" * 5000 + "}", "not JSON ("),
    ],
)
def test_json_that_is_none_says_so(text, said):
    assert whole_file(read(text)).startswith(said)


def test_nesting_without_end_is_a_wrong_cell():
    deep = "[" * 400 + "]" * 400
    text = json.dumps([EVE, EVE | {"code": "WS-0009", "events": "DEEP"}]).replace('"DEEP"', deep)
    parsed = read(text)
    assert codes(parsed) == ["WS-0003"]
    assert complaints(parsed)[0][:2] == (2, "events")


# --- whatever arrives


def fits(raw: bytes) -> None:
    """Never an exception; and what is said can be sent."""
    parsed = parse(raw, POLICY)
    msgspec.json.encode(parsed.problems)
    msgspec.json.encode((*parsed.unknown_columns, parsed.separator))
    assert all(problem.message for problem in parsed.problems)


@given(st.binary())
def test_any_bytes_become_rows_and_problems(raw):
    fits(raw)


@given(st.binary(), st.sampled_from([",", ";", "\t"]))
def test_any_bytes_after_a_good_header_become_rows_and_problems(raw, separator):
    fits(HEADER.replace(",", separator).encode() + b"\n" + raw)


@given(st.text(), st.integers(0, len(GOOD)))
@example('"', 100)
def test_anything_typed_into_a_good_file_becomes_rows_and_problems(typed, place):
    fits((GOOD[:place] + typed + GOOD[place:]).encode("utf-8", "surrogatepass"))


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*EVE, "given", "status", "x"]) | st.text(), values))
def test_any_json_becomes_rows_and_problems(changes):
    fits(json.dumps([EVE, EVE | changes]).encode())


def test_any_character_may_be_announced_as_the_separator():
    for point in (*range(0x180), 0x2028, 0xFEFF, 0x1F600):
        fits(f"sep={chr(point)}\n{GOOD}".encode())
