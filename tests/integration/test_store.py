"""Every statement the server can send fits the schema; the schema grows from every release."""

import asyncio
import pkgutil
from importlib import import_module

import asyncpg
import pytest

from gate.server import migrate, store
from gate.server.app import service
from gate.server.appender import AnotherServer
from gate.server.migrate import SchemaTooNew, migrations

SQL_WORDS = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "CREATE")


def statements() -> dict[str, str]:
    """Every SQL constant of every module of the store, also of one that is written tomorrow."""
    found = {"migrate.APPLIED": migrate.APPLIED, "migrate.MARK": migrate.MARK}
    for module in pkgutil.iter_modules(store.__path__):
        for name, value in vars(import_module(f"{store.__name__}.{module.name}")).items():
            if name.isupper() and isinstance(value, str) and value.split()[0] in SQL_WORDS:
                found[f"{module.name}.{name}"] = value
    return found


async def test_every_statement_of_the_store_fits_the_schema(database):
    assert len(statements()) > 35, "the statements were not found"
    odd = {}
    for name, sql in statements().items():
        try:
            await database.prepare(sql)
        except asyncpg.PostgresError as error:
            odd[name] = str(error)
    assert not odd


async def test_the_schema_grows_from_nothing_and_a_second_time_is_nothing(empty_database_url):
    connection = await asyncpg.connect(empty_database_url)
    assert await migrate.migrate(connection) == [name for _, name, _ in migrations()]
    assert await migrate.migrate(connection) == []
    await connection.close()


@pytest.mark.parametrize("released", [number for number, *_ in migrations()])
async def test_the_schema_grows_from_every_released_number(
    released, empty_database_url, database, settings
):
    """A database as that release left it becomes exactly the newest schema, and serves."""
    connection = await asyncpg.connect(empty_database_url)
    await connection.execute(migrate.CREATE_VERSION)
    for number, name, sql in migrations()[:released]:
        await connection.execute(sql)
        await connection.execute(migrate.MARK, number, name)
    await migrate.migrate(connection)
    assert await shape(connection) == await shape(database)
    await connection.close()
    async with service(settings(), empty_database_url) as running:
        assert running.appender.ready


async def shape(connection) -> list[tuple]:
    rows = await connection.fetch(
        "SELECT table_name, column_name, data_type, is_nullable, column_default"
        " FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2"
    )
    keys = await connection.fetch(
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1"
    )
    return [tuple(each) for each in (*rows, *keys)]


def test_schema_numbers_have_no_gap():
    assert [number for number, *_ in migrations()] == list(range(1, len(migrations()) + 1))


async def test_a_database_of_a_newer_program_is_refused_with_words(
    database, database_url, settings
):
    newest = migrations()[-1][0]
    await database.execute(migrate.MARK, newest + 1, "from the future")
    with pytest.raises(SchemaTooNew, match=f"schema {newest + 1} .* {newest} of this program"):
        async with service(settings(), database_url):
            pass


async def test_a_second_server_on_one_database_refuses_to_start_with_words(
    server, settings, database_url
):
    with pytest.raises(AnotherServer, match="another server writes edition wsis-ai4g-2026"):
        async with service(settings(), database_url):
            pass
    assert server.service.appender.ready, "the first server noticed nothing"


async def test_two_servers_that_start_together_migrate_once(empty_database_url):
    connections = [await asyncpg.connect(empty_database_url) for _ in range(4)]
    applied = await asyncio.gather(*(migrate.migrate(each) for each in connections))
    assert sorted(map(len, applied)) == [0, 0, 0, len(migrations())]
    for each in connections:
        await each.close()
