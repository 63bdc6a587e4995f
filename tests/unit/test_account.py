"""An account of kills that hides nothing: what is missing or there twice is told, and fails."""

import signal

import pytest

from tests.integration import kill
from tests.integration.account import Account

PROMISED = [("lane-a", 1, number) for number in (1, 2, 3)]


@pytest.mark.parametrize(
    ("kept", "lost", "doubled"),
    [
        (PROMISED, 0, 0),
        ([*PROMISED, ("lane-a", 1, 4)], 0, 0),  # kept, and the answer was cut off
        (PROMISED[1:], 1, 0),
        ([*PROMISED, PROMISED[0]], 0, 1),
        ([("lane-a", 2, 1)], 3, 0),
    ],
)
def test_what_was_promised_must_be_kept_once(kept, lost, doubled):
    account = Account()
    account.settle(PROMISED, kept)
    assert (account.acknowledged, account.lost, account.doubled) == (3, lost, doubled)
    assert account.balances == (not lost and not doubled)


@pytest.mark.parametrize(
    ("account", "status"),
    [(Account(kills=2, acknowledged=9), 0), (Account(kills=2, acknowledged=9, lost=1), 1)],
)
def test_the_command_tells_the_totals_and_fails_on_any_loss(monkeypatch, capsys, account, status):
    def campaign(cycles, dice, progress):
        for done in range(1, cycles + 1):
            progress(done)
        return account

    monkeypatch.setattr(kill, "CAMPAIGNS", dict.fromkeys(("lane", "server"), campaign))
    assert kill.main(["2", "--seed", "5"]) == status
    out, error = capsys.readouterr()
    assert f"lane, seed 5: 2 kills, 0 times cut off; 9 acknowledged, {status} lost" in out
    assert "server, seed 5" in out and "2 of 2 kills" in error


def test_ctrl_c_ends_it_early_with_the_account_of_the_kills_there_were(monkeypatch, capsys):
    def campaign(cycles, dice, progress):
        account = Account()
        while account.kills < cycles:
            account.kills += 1
            if account.kills == 3:
                signal.raise_signal(signal.SIGINT)
            if not progress(account.kills):
                break
        return account

    monkeypatch.setattr(kill, "CAMPAIGNS", dict.fromkeys(("lane", "server"), campaign))
    assert kill.main(["10", "--seed", "5"]) == 0
    out = capsys.readouterr().out
    assert "lane, seed 5: 3 kills" in out and "server" not in out


def test_a_wrong_position_fails_the_command_too(monkeypatch, capsys):
    def campaign(*_):
        raise AssertionError("7 rows, the last at 8")

    monkeypatch.setattr(kill, "CAMPAIGNS", {"server": campaign, "lane": campaign})
    assert kill.main(["1", "--only", "server", "--seed", "5"]) == 1
    assert capsys.readouterr().out == "\nserver, seed 5: 7 rows, the last at 8\n"
