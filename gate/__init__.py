"""On-site badges and access control: who may enter which event on which day."""

__version__ = "0.1.0"
