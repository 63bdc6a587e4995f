"""A template file that is wrong says where: file, line, key, what was expected."""

import shutil

import pytest

from badge_printer.template import FIELDS, FOLDER, MissingGlyph, TemplateError, load


@pytest.fixture
def folder(tmp_path):
    for name in ("a6.toml", "a6.typ", "common.typ"):
        shutil.copy(FOLDER / name, tmp_path)
    return tmp_path


def changed(folder, old, new, name="a6.toml"):
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "size"),
    [("a6", (105, 148)), ("cr80", (85.6, 54)), ("4x3", (101.6, 76.2)), ("fold", (86, 280)),
     ("label", (62, 139))],
)  # fmt: skip
def test_every_shipped_template_loads_in_its_size(name, size):
    template = load(name)
    assert (template.width, template.height) == size
    assert template.black is (name == "label")


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
        ("width = 105.0", "width = -1", "a6.toml:6: page.width: expected a number from 20 to 500"),
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
        ("dpi = 300.0", "dpi = 203.2", "qr.size_max: at 203.2 dpi a module is 9 dots; 10 or more "
         "are needed: 46.3 mm"),
        ("size_max = 44.0", "size_max = 40.1", "qr.size_max: at 300 dpi a QR code of whole dots"),
        ("height = 148.0", 'height = 148.0\nink = "red"', "page.ink: expected colour or black"),
        ("x = 4.0\ny = 24.0", "x = 4.0\ny = 92.0", "photo.x: it would cover"),
        ("width = 28.0", "width = 128.0", "photo.width: expected a number from 1 to 101"),
        ('when_missing = "leave_out"', 'when_missing = "no"', "when_missing: expected refuse"),
        ("[resolution]", '[category.media]\ncolour = "#FFC107"\n[resolution]',
         "category.media.colour: white words on #FFC107 have contrast 1.6; expected 4.5 or more"),
        ("[resolution]", '[category.media]\npattern = "tartan"\n[resolution]', "media.pattern"),
        ("[resolution]", '[category.media]\nprint = "no"\n[resolution]', "expected true or false"),
        ("[resolution]", '[category.media]\nwrod = "P"\n[resolution]', "media.wrod: unknown"),
        ("[resolution]", '[event.ai4g]\ncolour = "pink"\n[resolution]', "ai4g.colour: expected"),
        ("[resolution]", '[words]\nback = 3\n[resolution]', "words.back: expected a text"),
        ("[resolution]", '[art]\nfile = "../a.png"\nx=1\ny=1\nwidth=9\nheight=9\n[resolution]',
         "art.file: ../a.png: expected the name of a file beside this one"),
        ("[resolution]", '[art]\nfile = "a.png"\nx=1\ny=1\nwidth=9\nheight=9\n[resolution]',
         "art.file: a.png: No such file"),
        ("[resolution]", '[art]\nfile = "a6.typ"\nx=1\ny=1\nwidth=9\nheight=9\n[resolution]',
         "art.file: a6.typ: expected JPEG, PNG, WEBP"),
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
    (folder / "a6.toml").rename(folder / "ours.toml")
    with pytest.raises(TemplateError, match=r"ours.toml: layout: ours.typ is missing beside"):
        load("ours", folder)
    changed(folder, "# The A6 badge", 'layout = "a6"\n# The A6 badge', "ours.toml")
    assert load("ours", folder).layout == folder / "a6.typ"
    (folder / "a6.typ").unlink()
    assert load("ours", folder).layout == FOLDER / "a6.typ", "the one that is shipped"
    changed(folder, 'layout = "a6"', 'layout = "../a6"', "ours.toml")
    with pytest.raises(TemplateError, match="shipped are: 4x3, a6, cr80, fold, label"):
        load("ours", folder)


def test_a_file_that_is_not_text_is_an_error_of_the_file(folder):
    (folder / "a6.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(TemplateError, match=r"a6\.toml: "):
        load("a6", folder)
