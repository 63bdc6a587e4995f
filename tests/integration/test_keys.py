"""A stolen signing key is revoked: who has a badge still enters, who made one does not."""

from dataclasses import replace

from nacl.signing import SigningKey as PrivateKey

from gate.access import credential
from gate.access.model import Holder
from gate.server.issue import secret
from tests import venue
from tests.integration import people

KEYS = "/api/v1/editions/{edition}/keys"


def stolen_key(service) -> PrivateKey:
    folder = service.settings.data_dir / "keys"
    return PrivateKey(secret(folder / f"{service.policy.edition}-1.key"))


async def test_only_badges_that_the_record_names_open_after_a_key_was_stolen(serve):
    async with serve() as server:
        operator, lane = await server.operator(), await server.device("one", "west_3")
        await server.import_rows(f"{people.HEADER}\n{people.row('R-ANA')}\n")
        ana = await server.badge("R-ANA")
        good = credential.verify(
            ana, server.service.policy.number, server.service.appender.known.keys
        )
        thief = stolen_key(server.service)
        later = server.service.policy.minutes(venue.at("07-08 09:30"))
        forged = [
            credential.sign(replace(good, **changes), thief)
            for changes in ({"generation": 2}, {"holder": Holder(99), "issued_min": later})
        ]
        assert (await operator.get(KEYS)).good() == [{"key_id": 1, "status": "active"}]
        assert (await operator.post(f"{KEYS}/1/revoke")).status == 204
        assert (await operator.post(f"{KEYS}/9/revoke")).status == 404
        assert (await operator.post(f"{KEYS}/x/revoke")).status == 404
        said = [(await lane.scan(n, text)).good() for n, text in enumerate((ana, *forged), 1)]
        assert [each["admitted"] for each in said] == [True, False, False]
        assert said[1]["decision"]["reason"] == said[2]["decision"]["reason"] == "key_not_valid"
    async with serve() as again:
        operator = await again.operator()
        assert (await operator.get(KEYS)).good() == [{"key_id": 1, "status": "revoked"}]
        lane = await again.device("two")
        assert (await lane.scan(1, forged[0])).good()["decision"]["reason"] == "key_not_valid"
