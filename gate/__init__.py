"""The access-control service: a pure core, a server, lanes, and the client between them."""
