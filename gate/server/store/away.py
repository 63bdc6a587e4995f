"""What the driver raises when the database cannot answer now: gone, stopping, full, cut off."""

import asyncpg

AWAY: tuple[type[Exception], ...] = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InterfaceError,
    # Not an InterfaceError: what a connection killed between two messages may end in.
    asyncpg.InternalClientError,
)
