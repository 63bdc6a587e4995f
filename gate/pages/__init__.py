"""What the server's pages and a lane's own screen both load; each serves it from here."""
