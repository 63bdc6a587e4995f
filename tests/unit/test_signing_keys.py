"""Which key signs, whatever database and files say between them; no trusted badge is ever lost."""

from dataclasses import replace
from datetime import timedelta

import pytest
from nacl.signing import SigningKey as PrivateKey

from gate.access.model import KeyStatus, Kind
from gate.server.signing_keys import KEYS_MAX, PrivateHalves, TooManyKeys, next_number, ring
from tests import venue

POLICY = venue.policy()
NOW = venue.at("07-08 09:00")


@pytest.fixture
def halves(tmp_path):
    return PrivateHalves(tmp_path / "keys", POLICY.edition)


def rung(halves, stored=()):
    return ring(POLICY, stored, halves, NOW)


def stored(found, **statuses):
    """What the database holds after `found`; `k1=KeyStatus...` says what became of key 1."""
    return [replace(k, status=statuses.get(f"k{n}", k.status)) for n, k in found.keys.items()]


def test_the_first_start_makes_the_first_key_and_the_next_one_finds_it(halves, tmp_path):
    first = rung(halves)
    assert (first.signs.key_id, first.signs.not_before) == (1, POLICY.epoch)
    assert first.signs.kinds == frozenset(Kind) - {Kind.TEST}
    assert bytes(PrivateKey(first.seed).verify_key) == first.signs.public
    (file,) = (tmp_path / "keys").iterdir()
    assert file.stat().st_mode & 0o077 == 0
    assert rung(halves, stored(first)) == first


def test_the_newest_key_that_is_trusted_and_here_signs(halves):
    first = rung(halves)
    halves.make(2)
    both = rung(halves, stored(first))
    assert (both.signs.key_id, sorted(both.keys)) == (2, [1, 2])
    assert both.signs.not_before == NOW - timedelta(minutes=60), "not for badges of last week"
    assert rung(halves, stored(both, k2=KeyStatus.REVOKED)).signs.key_id == 1
    neither = rung(halves, stored(both, k1=KeyStatus.WITHDRAWN, k2=KeyStatus.REVOKED))
    assert neither.signs.key_id == 3, "stolen keys sign nothing"


def test_where_the_private_half_is_lost_a_new_key_signs_and_the_old_badges_stay_good(
    halves, tmp_path
):
    first = rung(halves)
    spare = PrivateHalves(tmp_path / "spare", POLICY.edition)
    found = rung(spare, stored(first))
    assert found.signs.key_id == 2
    assert found.keys[1] == first.signs


def test_a_file_that_is_another_keys_never_takes_its_name(halves, tmp_path):
    first = rung(halves)
    other = PrivateHalves(tmp_path / "other", POLICY.edition)
    other.make(1)
    found = rung(other, stored(first))
    assert (found.signs.key_id, found.keys[1]) == (2, first.signs)


def test_a_database_restored_from_before_a_key_was_made_takes_it_in_again(halves):
    first = rung(halves)
    before = stored(first)
    halves.make(2)
    made = rung(halves, before).signs
    assert rung(halves, before).keys[2].public == made.public


@pytest.mark.parametrize("status", [KeyStatus.REVOKED, KeyStatus.WITHDRAWN])
def test_a_database_restored_from_before_a_key_was_put_away_does_not_bring_it_back(halves, status):
    first = rung(halves)
    before = stored(first)
    halves.make(2)
    halves.put_away(1, status)
    found = rung(halves, before)
    assert (found.keys[1].status, found.signs.key_id) == (status, 2)
    halves.put_away(2, status)
    assert rung(halves, before).keys[2].status is status, "also of a key it never knew"


def test_a_stolen_key_may_be_withdrawn_and_what_was_withdrawn_stays_so(halves):
    first = rung(halves)
    for status in (KeyStatus.REVOKED, KeyStatus.WITHDRAWN, KeyStatus.WITHDRAWN):
        halves.put_away(1, status)
    assert halves.seeds()[1][1] is KeyStatus.WITHDRAWN
    revoked = stored(first, k1=KeyStatus.REVOKED)
    assert rung(halves, revoked).keys[1].status is KeyStatus.WITHDRAWN


def test_a_policy_that_ends_later_trusts_its_keys_longer(halves):
    first = rung(halves)
    longer = replace(POLICY, expires=POLICY.expires + timedelta(days=1))
    found = ring(longer, stored(first), halves, NOW)
    assert found.signs.not_after == longer.expires


def test_other_files_are_no_keys(halves, tmp_path):
    first = rung(halves)
    for name in ("lan.key", "claims.key", "1.part", "01234.key"):
        (tmp_path / "keys" / f"{POLICY.edition}-{name}").write_bytes(b"x")
    assert rung(halves, stored(first)) == first


def test_a_badge_holds_255_keys():
    assert next_number([]) == 1
    assert next_number([7, 2]) == 8
    with pytest.raises(TooManyKeys):
        next_number([KEYS_MAX])
