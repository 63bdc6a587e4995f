"""Finding people: any accent, case, script and spelling, with a typing mistake or two."""

import pytest

from gate.access.badge_number import number
from gate.access.model import CategoryId, Status
from gate.server.desk.directory import FOUND_MAX, Directory, fold, mistakes, sounds
from gate.server.registrations.parse import Registration


def somebody(code, given, family, native="", organisation="Example Org"):
    return Registration(
        code=code, given=given, family=family, name_on_badge=f"{given} {family}",
        native_name=native, organisation=organisation, country="", category=CategoryId("delegate"),
        entitlements=(), email="", language="en", photo="", status=Status.APPROVED,
    )  # fmt: skip


PEOPLE = (
    somebody("DUVAL", "Zoé", "Duval-Lefèvre"),
    somebody("MOHAMMED", "Mohammed", "Al-Harbi", "محمد الحربي"),
    somebody("GRUEN", "Jürgen", "Grün", organisation="Ministry of the Sea"),
    somebody("SORENSEN", "Søren", "Sørensen"),
    somebody("WANG", "Wei", "Wang", "王伟"),
    somebody("IVANOV", "Aleksei", "Ivanov", "Алексей Иванов"),
    somebody("KIM", "Min-jun", "Kim", "김민준"),
    somebody("NGUYEN", "Thị Hương", "Nguyễn"),
    somebody("OBRIEN", "Siobhán", "O'Brien"),
    somebody("DELACRUZ", "Maria", "de la Cruz", organisation="Wang Institute"),
)


@pytest.fixture(scope="module")
def directory():
    made = Directory(None, "an-edition")  # type: ignore[arg-type]
    for holder, each in enumerate(PEOPLE, 1):
        made.take(holder, each)
    return made


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("duval", "DUVAL"), ("DUVAL", "DUVAL"), ("zoe lefevre", "DUVAL"), ("lefèv", "DUVAL"),
        ("duval-lefèvre", "DUVAL"), ("lefebre", "DUVAL"), ("dvual", "DUVAL"),
        ("mohamed", "MOHAMMED"), ("Muhammad", "MOHAMMED"), ("محمد", "MOHAMMED"),
        ("mohammad alharbi", "MOHAMMED"), ("الحربي", "MOHAMMED"), ("harbi moh", "MOHAMMED"),
        ("jurgen", "GRUEN"), ("Juergen Gruen", "GRUEN"), ("ministry sea jur", "GRUEN"),
        ("sorensen", "SORENSEN"), ("Sörensen", "SORENSEN"), ("soerensen", "SORENSEN"),
        ("王伟", "WANG"), ("wang wei", "WANG"), ("Иванов", "IVANOV"), ("ivanof", "IVANOV"),
        ("alexei", "IVANOV"), ("김민준", "KIM"), ("minjun", "KIM"), ("nguyen huong", "NGUYEN"),
        ("obrien", "OBRIEN"), ("o’brien", "OBRIEN"), ("siobhan", "OBRIEN"),
        ("delacruz", "DELACRUZ"), ("cruz maria", "DELACRUZ"),
    ],
)  # fmt: skip
def test_a_person_is_found_first_however_they_are_spelt(asked, code, directory):
    assert directory.look_up(asked)[:1] == [code]


@pytest.mark.parametrize("asked", ["", "   ", "???", "xyzzyx", "duval ivanov", "\u202e", "'" * 80])
def test_what_means_nobody_finds_nobody(asked, directory):
    assert directory.look_up(asked) == []


def test_a_name_comes_before_an_organisation_of_that_name(directory):
    assert directory.look_up("wang") == ["WANG", "DELACRUZ"]


def test_a_whole_code_or_badge_number_means_its_person_first(directory):
    assert directory.look_up("delaCRUZ")[0] == "DELACRUZ"
    assert directory.look_up(number(3).lower()) == ["GRUEN"]


def test_who_is_renamed_is_found_by_the_new_name_only():
    made = Directory(None, "an-edition")  # type: ignore[arg-type]
    made.take(1, somebody("ONE", "Ana", "Before"))
    made.take(2, somebody("ONE", "Ana", "Quux"))
    assert made.look_up("before") == []
    assert made.look_up("quux") == ["ONE"]


def test_many_of_one_name_are_cut_at_a_screenful():
    made = Directory(None, "an-edition")  # type: ignore[arg-type]
    for each in range(1, 200):
        made.take(each, somebody(f"P{each}", "Ana", "Samename"))
    assert len(made.look_up("samename")) == FOUND_MAX


def test_folding_leaves_plain_letters():
    assert fold("Łukasz Żółć").split() == ["lukasz", "zolc"]
    assert fold("ﬁnal ΑΛΦ straße").split() == ["final", "alf", "strasse"]


def test_consonants_survive_spellings():
    assert sounds("mohammed") == sounds("muhamad") == sounds("mhmd")
    assert sounds("philip") == sounds("filipp")
    assert sounds("ivanov") != sounds("petrov")


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [("", "", 0), ("abc", "abc", 0), ("abc", "acb", 1), ("abc", "abd", 1), ("abc", "abcd", 1),
     ("abcd", "badc", 2), ("abc", "xyz", 3), ("abc", "abcdefgh", 3)],
)  # fmt: skip
def test_mistakes_are_counted_up_to_a_limit(a, b, expected):
    assert mistakes(a, b, 2) == mistakes(b, a, 2) == expected
