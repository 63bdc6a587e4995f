"""A self-service kiosk for tests: the real program's parts against the real service."""
