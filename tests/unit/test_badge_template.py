"""A template file that is wrong says where: file, line, key, what was expected."""

import shutil

import pytest

from badge_printer.template import FIELDS, FOLDER, MissingGlyph, TemplateError, load


@pytest.fixture
def folder(tmp_path):
    for name in ("a6.toml", "a6.typ"):
        shutil.copy(FOLDER / name, tmp_path)
    return tmp_path


def changed(folder, old, new):
    path = folder / "a6.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_a6_template_is_sound():
    a6 = load()
    assert (a6.width, a6.height) == (105.0, 148.0)
    assert a6.qr_size_min >= 40.0
    assert a6.quiet_modules == 4
    assert set(a6.missing_glyph) == set(FIELDS)
    assert a6.missing_glyph["family"] is MissingGlyph.REFUSE


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("width = 105.0", "width = -1", "a6.toml:5: page.width: expected a number from 20 to 500"),
        ("width = 105.0", 'width = "wide"', "page.width: expected a number"),
        ("width = 105.0", "width = nan", "page.width: expected a number"),
        ("width = 105.0", "width = true", "page.width: expected a number"),
        ("width = 105.0", "", "page.width: missing"),
        ("height = 148.0", "heigth = 148.0", "page.height: missing"),
        ("x = 5.5", "x = 0.0", "qr.x: expected a number from 4.757 to 56.24"),
        ("y = 97.0", "y = 120.0", "qr.y: expected a number from"),
        ("size_min = 40.0", "size_min = 200.0", "qr.size_min: expected a number from 10 to 105"),
        ("size_max = 44.0", "size_max = 39.0", "qr.size_max: expected a number from 40 to 105"),
        ("quiet_modules = 4", "quiet_modules = 2", "qr.quiet_modules: expected a whole"),
        ("dpi = 300.0", "dpi = 0", "resolution.dpi: expected a number from 50 to 1200"),
        ("[resolution]\n", "", "resolution: missing"),
        ('family = "refuse"', 'family = "shrug"', "glyph.family: expected refuse or leave_out"),
        ('family = "refuse"', "family = []", "glyph.family: expected refuse or leave_out"),
        ("[missing_glyph]", "[missing_glyph]\nfamly = 1", "missing_glyph.famly: unknown key"),
        ("[page]", "[page", "a6.toml: "),
        ("[page]", "page = 3\n[pages]", "page: expected a table"),
    ],
)  # fmt: skip
def test_a_mistake_names_file_and_key(folder, old, new, said):
    changed(folder, old, new)
    with pytest.raises(TemplateError) as refused:
        load("a6", folder)
    assert said in str(refused.value)
    assert str(refused.value).startswith("a6.toml")


def test_a_template_that_is_not_there_lists_those_that_are(folder):
    for name in ("a7", "../a6", "", "a6.toml", "/etc/passwd"):
        with pytest.raises(TemplateError, match=r"no template .*; there are: a6"):
            load(name, folder)


def test_a_layout_that_is_missing_is_named(folder):
    (folder / "a6.typ").unlink()
    with pytest.raises(TemplateError, match=r"a6\.typ is missing beside a6\.toml"):
        load("a6", folder)


def test_a_file_that_is_not_text_is_an_error_of_the_file(folder):
    (folder / "a6.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(TemplateError, match=r"a6\.toml: "):
        load("a6", folder)
