"""A trace for people is short: only what matters is left, and it still goes wrong."""

from dataclasses import replace

from tests.simulation.campaign import live, shorten, trace
from tests.simulation.mutants import MUTANTS, planted
from tests.simulation.plan import Happening, plan
from tests.simulation.shrink import shortened


def test_only_what_matters_is_left():
    """It goes wrong whenever a cut comes before a restore, and more than 3 s lie between."""
    many = [Happening(0.5, "wait", (n,)) for n in range(60)]
    many[20], many[50] = Happening(0.5, "cut"), Happening(0.5, "restore")
    day = replace(plan(1), happenings=tuple(many))

    def wrong(each) -> bool:
        whats = [happening.what for happening in each.happenings]
        if "cut" not in whats or "restore" not in whats:
            return False
        between = each.happenings[whats.index("cut") + 1 : whats.index("restore") + 1]
        return sum(happening.after_s for happening in between) > 3

    short = shortened(day, wrong).happenings
    assert [each.what for each in short] == ["cut", "restore"]
    assert short[1].after_s > 3


def test_a_day_that_goes_wrong_is_told_with_its_seed_and_a_short_trace():
    mutant = next(each for each in MUTANTS if each.what == "a withdrawn key opens")
    with planted(mutant):
        day = next(d for seed in range(150) if (d := live(plan(seed))).wrong)
        short = shorten(day)
        said = trace(day)
    assert len(short.happenings) <= 6
    assert f"seed {day.seed}: {day.wrong}" in said
    assert f"deploy/dev simulate 1 --seed {day.seed}" in said
    assert any(each.what == "key" for each in short.happenings)
