"""A lane: decides on its own, writes down, then tells the server."""
