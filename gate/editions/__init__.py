"""The editions that ship with the service, as their policy files."""

from importlib.resources import files

EXAMPLE = "wsis-ai4g-2026.toml"


def example() -> str:
    """The text of the example edition's policy file."""
    return (files(__name__) / EXAMPLE).read_text(encoding="utf-8")
