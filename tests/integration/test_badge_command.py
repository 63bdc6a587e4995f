"""`badge-printer render`: one badge into a file, and what it says when it cannot."""

import sys

import msgspec
import pytest

from badge_printer.__main__ import main
from tests import badges


@pytest.fixture
def run(monkeypatch, capsys):
    def run(*words):
        monkeypatch.setattr(sys, "argv", ["badge-printer", *map(str, words)])
        code = main()
        return code, capsys.readouterr().err

    return run


@pytest.fixture
def data(tmp_path):
    path = tmp_path / "badge.json"
    path.write_bytes(msgspec.json.encode(badges.badge()))
    return path


@pytest.mark.parametrize(("name", "starts"), [("b.pdf", b"%PDF-"), ("b.png", b"\x89PNG")])
def test_a_badge_is_drawn_into_a_file(run, data, tmp_path, name, starts):
    out = tmp_path / name
    assert run("render", "--data", data, "--out", out) == (0, "")
    assert out.read_bytes().startswith(starts)


def test_a_picture_has_the_resolution_asked_for(run, data, tmp_path):
    out = tmp_path / "b.png"
    assert run("render", "--data", data, "--out", out, "--dpi", "203.2") == (0, "")
    assert badges.picture(out.read_bytes()).shape == (1184, 840, 3)


def test_what_is_left_out_is_said(run, data, tmp_path):
    data.write_bytes(msgspec.json.encode(badges.badge(organisation="Bad 😀 Ltd")))
    code, said = run("render", "--data", data, "--out", tmp_path / "b.pdf")
    assert code == 0
    assert said == "left out: organisation: no font has U+1F600 GRINNING FACE\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--out", "b.jpg"], "--out b.jpg: expected a name ending in .pdf or .png"),
        (["--out", "b.pdf", "--template", "a7"], "no template 'a7'; there are: 4x3, a6"),
        (["--out", "/nowhere/b.pdf"], "/nowhere/b.pdf"),
        (["--out", "b.png", "--dpi", "96"], "93 dpi would fit"),
        (["--out", "b.png", "--dpi", "-5"], "-5 dpi: expected a number from 50 to 1200"),
        (["--out", "b.png", "--dpi", "nan"], "nan dpi: expected"),
        (["--out", "b.pdf", "--dpi", "1e9"], "1e+09 dpi: expected"),
        (["--out", "b.png", "--dpi", "0"], "0 dpi: expected"),
    ],
)
def test_a_mistake_is_one_line(run, data, tmp_path, monkeypatch, words, said):
    monkeypatch.chdir(tmp_path)
    code, err = run("render", "--data", data, *words)
    assert code == 1
    assert said in err
    assert "Traceback" not in err
    assert not list(tmp_path.glob("b.*"))


@pytest.mark.parametrize("raw", [b"", b"{", b'{"code": "R-1"}', b"\xff\xfe", b"[]"])
def test_data_that_is_no_badge_is_said(run, data, tmp_path, raw):
    data.write_bytes(raw)
    code, err = run("render", "--data", data, "--out", tmp_path / "b.pdf")
    assert code == 1
    assert err.strip()
    assert "Traceback" not in err


def test_a_printer_that_is_not_enrolled_says_how(run, tmp_path, monkeypatch):
    monkeypatch.setenv("GATE_PRINTER_DATA_DIR", str(tmp_path / "printer"))
    code, err = run("render", "--code", "R-1", "--out", tmp_path / "b.pdf")
    assert code == 1
    assert "--enrol CODE" in err
