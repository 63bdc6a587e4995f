"""What README, runbook and the other pages name is there: files, commands, programs."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from gate.__main__ import _parser

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "deploy").glob("*.md"))]
TEXTS = {page.name: page.read_text(encoding="utf-8") for page in PAGES}
TOP = ("gate", "kiosk", "badge_printer", "deploy", "tests")


def code_of(text: str) -> list[str]:
    """Everything set as code: between backticks, and each line of a block without its comment."""
    blocks = re.findall(r"^```\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"^```\n.*?^```", "", text, flags=re.M | re.S))
    return spans + [line.partition(" #")[0].strip() for each in blocks for line in each.split("\n")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", TEXTS[page.name])
    for link in links:
        assert link.startswith("https://") or (page.parent / link).exists(), link


@pytest.mark.parametrize("name", TEXTS)
def test_files_that_are_named_are_there(name):
    for each in code_of(TEXTS[name]):
        if re.fullmatch(rf"({'|'.join(TOP)})/[\w./@*-]+", each):
            assert list(ROOT.glob(each.rstrip("/"))), each


@pytest.mark.parametrize("name", TEXTS)
def test_commands_are_ones_that_there_are(name):
    listed = subprocess.run([ROOT / "deploy" / "dev"], capture_output=True, text=True, check=True)
    there = set(re.findall(r"^  ([\w-]+) ", listed.stdout, re.MULTILINE))
    assert {"run", "test", "check", "bench"} <= there
    for each in code_of(TEXTS[name]):
        if found := re.match(r"deploy/dev ([\w-]+)", each):
            assert found[1] in there, each


@pytest.mark.parametrize("name", TEXTS)
def test_gate_understands_what_the_pages_tell_to_type(name):
    for each in code_of(TEXTS[name]):
        typed = each.partition(" > ")[0]  # what the shell takes for itself
        words = shlex.split(typed) if re.match(r"(\.venv/bin/)?gate [a-z]", typed) else []
        if len(words) == 2 or "--help" in words:  # named, not to be typed so
            with pytest.raises(SystemExit) as ended:
                _parser().parse_args([words[1], "--help"])
            assert ended.value.code == 0, each
        elif words:
            _parser().parse_args(words[1:])


def test_the_map_in_readme_has_every_package_and_nothing_else():
    tree = TEXTS["README.md"].split("## Map of the code")[1].split("```")[1]
    named = re.findall(r"^(\w+)/ ", tree, re.MULTILINE) + re.findall(
        r"^(\w+)/$", tree, re.MULTILINE
    )
    assert sorted(named) == sorted(TOP)
    inside = set(re.findall(r"^  (\w+)/ ", tree, re.MULTILINE))
    assert inside == {p.parent.name for p in (ROOT / "gate").glob("*/__init__.py")}


def test_the_newest_release_of_the_changelog_is_this_version():
    version = re.search(r"^version = \"(.+)\"", (ROOT / "pyproject.toml").read_text(), re.M)
    newest = re.search(r"^## (\S+)", TEXTS["CHANGELOG.md"], re.MULTILINE)
    assert version and newest and newest[1] == version[1]
