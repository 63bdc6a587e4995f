"""Settings: the environment before the file before the default, and every mistake by its name."""

import math
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.settings import PAGE, page
from gate import clock
from gate.clock import Clock
from gate.commands import configured
from gate.settings import (
    PROGRAMS,
    LaneSettings,
    PrinterSettings,
    ServerSettings,
    SettingsError,
    load,
    table,
)

CLOCK = "2026-07-08T08:00:00+02:00@1783000000.0x60.0"


def mistake(kind, environ=None, toml: str = "") -> str:
    with pytest.raises(SettingsError) as raised:
        load(kind, environ or {}, toml, "gate.toml")
    return str(raised.value)


# --- where a setting comes from


@pytest.mark.parametrize("kind", PROGRAMS.values())
def test_with_nothing_said_the_defaults_hold(kind):
    assert load(kind, {"PATH": "/bin", "GATE_SETTINGS": "x"}) == kind()


def test_the_file_overrides_the_default_and_the_environment_the_file():
    toml = '[server]\nport = 9000\nhost = "0.0.0.0"\n[lane]\nlanguage = "fr"\n'
    chosen = load(ServerSettings, {"GATE_SERVER_PORT": "9001"}, toml, "gate.toml")
    assert (chosen.port, chosen.host) == (9001, "0.0.0.0")
    assert load(LaneSettings, {}, toml, "gate.toml").language == "fr"


def test_every_type_of_setting_is_read_from_text_and_from_toml():
    environ = {"GATE_LANE_DATA_DIR": "/srv/lane", "GATE_LANE_FRAMES_PER_S": "7.5",
               "GATE_LANE_PAGE_PORT": "0", "GATE_LANE_CLOCK": CLOCK}  # fmt: skip
    toml = f'[lane]\ndata_dir = "/srv/lane"\nframes_per_s = 7.5\npage_port = 0\nclock = "{CLOCK}"\n'
    said = load(LaneSettings, environ)
    assert said == load(LaneSettings, {}, toml)
    assert (said.data_dir, said.frames_per_s, said.page_port) == (Path("/srv/lane"), 7.5, 0)
    assert said.clock == clock.read(CLOCK)
    assert load(LaneSettings, {}, "[lane]\nframes_per_s = 8").frames_per_s == 8.0


def test_a_file_saved_by_a_windows_editor_is_read():
    assert load(ServerSettings, {}, "\ufeff[server]\r\nport = 9000\r\n").port == 9000


def test_the_address_in_links_is_the_public_one_where_there_is_one():
    assert ServerSettings().url == "http://127.0.0.1:8700"
    assert ServerSettings(public_url="https://badge.example.org").url == "https://badge.example.org"


# --- mistakes


def test_an_unknown_setting_is_named_with_the_one_that_was_meant():
    assert mistake(ServerSettings, toml="[server]\nprot = 1\n") == (
        "gate.toml: server.prot: unknown setting; did you mean 'port'?"
    )
    assert mistake(PrinterSettings, toml="[printer]\nxyzzy = 1\n") == (
        "gate.toml: printer.xyzzy: unknown setting; "
        "there are: server_url, data_dir, port, link_key"
    ).replace("server_url, data_dir, port, link_key", ", ".join(
        each.name for each in fields(PrinterSettings)))  # fmt: skip
    assert mistake(ServerSettings, toml="[sever]\nport = 1\n") == (
        "gate.toml: sever: unknown program; did you mean 'server'?"
    )


def test_an_unknown_variable_of_the_program_is_named_too():
    assert mistake(ServerSettings, {"GATE_SERVER_PROT": "1"}) == (
        "GATE_SERVER_PROT: unknown setting; did you mean 'GATE_SERVER_PORT'?"
    )
    assert load(LaneSettings, {"GATE_SERVER_PROT": "1", "GATE_VENV": "x"}) == LaneSettings()


@pytest.mark.parametrize("value", ["abc", "", "-1", "87.5", "65536", "1e3", "٨٧٠٠", "9" * 5000])
def test_a_port_is_a_whole_number(value):
    said = mistake(ServerSettings, {"GATE_SERVER_PORT": value})
    assert said.startswith("GATE_SERVER_PORT: expected a whole number, 0 to 65,535, found ")


@pytest.mark.parametrize("value", ["87.5", "true", "[1]", "{a = 1}", "2026-07-06", "-1"])
def test_a_port_in_the_file_is_a_whole_number_too(value):
    said = mistake(ServerSettings, toml=f"[server]\nport = {value}\n")
    assert said.startswith("gate.toml: server.port: expected a whole number, 0 to 65,535, found ")


@pytest.mark.parametrize("value", ["0", "-3", "nan", "inf", "fast", "", "1" * 400])
def test_a_rate_is_a_number_above_nothing(value):
    said = mistake(LaneSettings, {"GATE_LANE_FRAMES_PER_S": value})
    assert said.startswith("GATE_LANE_FRAMES_PER_S: expected a number above 0, found ")
    if value not in ("", "fast", "1" * 400):
        assert "lane.frames_per_s" in mistake(LaneSettings, toml=f"[lane]\nframes_per_s = {value}")


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("[server]\nhost = 5", "server.host: expected a text in quotes, found 5"),
        ("[server]\ndata_dir = 5", "server.data_dir: expected a path, found 5"),
        ('[server]\ndata_dir = ""', "server.data_dir: expected a path, found ''"),
        ('[server]\nclock = "noon"', "server.clock: clock 'noon': expected START@ORIGINxSPEED"),
        ("server = 5", "server: expected a table [server]"),
        ("[server", "not readable as TOML"),
        ("x = " + "[" * 5000, "not readable as TOML"),
    ],
)
def test_what_cannot_be_used_is_named(toml, said):
    assert mistake(ServerSettings, toml=toml).startswith(f"gate.toml: {said}")


LANE_VARIABLES = [f"GATE_LANE_{each.name.upper()}" for each in fields(LaneSettings)]


@given(st.dictionaries(st.sampled_from(LANE_VARIABLES), st.text()))
def test_any_text_of_the_environment_is_taken_or_named(environ):
    try:
        chosen = load(LaneSettings, environ)
    except SettingsError as error:
        assert str(error).split(":")[0] in environ
    else:
        assert 0 < chosen.frames_per_s < math.inf


# --- the one place that reads the environment


def test_a_program_ends_with_words_when_its_settings_cannot_be_used(monkeypatch, tmp_path):
    monkeypatch.setenv("GATE_SERVER_PORT", "abc")
    with pytest.raises(SystemExit, match="settings: GATE_SERVER_PORT: expected a whole number"):
        configured.settings(ServerSettings)
    monkeypatch.delenv("GATE_SERVER_PORT")
    monkeypatch.setenv("GATE_SETTINGS", str(tmp_path / "nowhere.toml"))
    with pytest.raises(SystemExit, match=r"settings: .*nowhere\.toml"):
        configured.settings(ServerSettings)
    (tmp_path / "odd.toml").write_bytes(b"\xff\xfe")
    monkeypatch.setenv("GATE_SETTINGS", str(tmp_path / "odd.toml"))
    with pytest.raises(SystemExit, match="settings: "):
        configured.settings(ServerSettings)


def test_the_databases_usual_variable_is_understood(monkeypatch, tmp_path):
    file = tmp_path / "gate.toml"
    file.write_text("[server]\nport = 9000\n")
    monkeypatch.setenv("GATE_SETTINGS", str(file))
    monkeypatch.setenv("DATABASE_URL", "postgresql://one")
    chosen = configured.settings(ServerSettings)
    assert (chosen.database_url, chosen.port) == ("postgresql://one", 9000)
    monkeypatch.setenv("GATE_SERVER_DATABASE_URL", "postgresql://two")
    assert configured.settings(ServerSettings).database_url == "postgresql://two"


# --- the page


def test_the_page_of_settings_is_what_the_command_writes():
    assert PAGE.read_text(encoding="utf-8") == page(), "run `deploy/dev settings`"


def test_the_table_names_every_setting_its_variable_and_its_default():
    rows = table()
    for program, kind in PROGRAMS.items():
        for each in fields(kind):
            assert f"| {program}.{each.name} | `GATE_{program}_{each.name}`".upper() in rows.upper()
            assert each.metadata["doc"] in rows
    assert "`8700`" in rows


def test_no_setting_shows_a_secret_or_a_place_of_this_machine():
    assert "/home" not in page()
    assert "/work" not in page()
    assert ServerSettings().clock == Clock()
