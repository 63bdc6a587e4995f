"""The server against a real PostgreSQL, over HTTP."""
