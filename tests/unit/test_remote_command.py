"""What an import's report prints: as it stood in the file, and nothing a terminal would obey."""

from gate.commands.remote import show

REPORT = {
    "encoding": "utf-8", "separator": ",", "dry_run": False, "file": "a\x1b[2J.csv", "added": 1,
    "updated": 0, "unchanged": 0, "signed": 1, "refused": 1, "repeats": 0, "seconds": 0.1,
    "unknown_columns": ["x\x1b]0;mine\x07"],
    "problems": [
        {"line": 2, "column": "x", "value": "[bold]A\\[/]\x1b[31m\u202eB", "message": "no \u0645"}
    ],
}  # fmt: skip


def test_a_hostile_file_cannot_write_to_the_operators_terminal(capsys):
    show(REPORT)
    said = capsys.readouterr().out
    assert all(char.isprintable() or char == "\n" for char in said)
    for shown in (r"a\x1b[2J.csv", r"x\x1b]0;mine\x07", r"[bold]A\[/]\x1b[31m\u202eB", "no \u0645"):
        assert shown in said
