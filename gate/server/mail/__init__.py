"""Mails to the people expected: `compose` writes them, `outbox` sends them."""
