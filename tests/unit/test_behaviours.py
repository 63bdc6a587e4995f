"""deploy/BEHAVIOURS.md names a test that is there for every behaviour it claims."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "deploy" / "BEHAVIOURS.md"
TABLES = {"who": "who-enters-when.toml", "behind": "behind-the-answer.toml"}
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.read_text(encoding="utf-8").splitlines()
    if re.match(r"\| \d+ \|", line)
]


def names_in(file: Path) -> set[str]:
    """Names that pytest would run, and of state machines the name their test case has."""
    body = ast.parse(file.read_text(encoding="utf-8")).body
    found = {n.name for n in body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)}
    found |= {t.id for n in body if isinstance(n, ast.Assign) for t in n.targets
              if isinstance(t, ast.Name)}  # fmt: skip
    return {name for name in found if name.lower().startswith("test")}


def cases_of(table: str) -> set[str]:
    text = (TESTS / "cases" / TABLES[table]).read_text(encoding="utf-8")
    return {case["name"] for case in tomllib.loads(text)["case"]}


def test_every_behaviour_of_decisions_repeats_retries_overrides_networks_and_rights_has_its_row():
    numbers = [int(row[0]) for row in ROWS]
    assert numbers == sorted(set(numbers))
    assert numbers[:65] == list(range(1, 66))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_the_tests_a_row_names_are_there(row):
    _, behaviour, shown = row
    named = re.findall(r"`([^`]+)`", shown)
    tests = [each for each in named if "::" in each]
    cases = [each for each in named if each.partition(": ")[0] in TABLES]
    assert behaviour and tests + cases, "a row says how it is shown"
    for each in tests:
        file, _, name = each.partition("::")
        assert name in names_in(TESTS / file), each
    for each in cases:
        table, _, name = each.partition(": ")
        assert name in cases_of(table), each
