"""Every measurement that `deploy/dev bench` names is there, and a line says whether it was met."""

import importlib
import inspect

import pytest

from tests.bench import measure
from tests.bench.__main__ import NAMES, main


@pytest.mark.parametrize("name", NAMES)
def test_each_name_is_a_module_that_measures(name):
    module = importlib.import_module(f"tests.bench.{name}")
    assert inspect.isgeneratorfunction(module.measure)
    assert not inspect.signature(module.measure).parameters
    assert module.__doc__


def test_a_name_nobody_measures_is_said_with_those_there_are(capsys):
    assert main(["lanes"]) == 2
    said = capsys.readouterr().out
    assert all(name in said for name in ("lanes", *NAMES))


def test_a_line_is_met_only_when_each_of_its_limits_is():
    fast, slow = [0.001] * 100, [0.001] * 98 + [0.050] * 2
    assert measure.line("x", fast, median_max=2, p99_max=10).met is True
    assert measure.line("x", slow, median_max=2, p99_max=10).met is False
    assert measure.line("x", slow, median_max=2).met is True
    assert measure.line("x", slow).met is None


def test_the_table_says_met_or_missed_in_words():
    met = measure.Line("a", 1, 1, 1, "s", "<= 2 s", True)
    missed = measure.Line("b", 1, 3, 3, "s", "<= 2 s", False)
    head, first, second = measure.table([met, missed]).splitlines()
    assert head.split()[:4] == ["what", "n", "median", "p99"]
    assert "met" in first.split() and "MISSED" in second.split()
