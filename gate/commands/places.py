"""`gate places`: who has the places of rooms with a hard limit; what to say after a restore, and of
a lane that is off for good."""

from rich.console import Console
from rich.table import Table

from gate.client import Client
from gate.commands.remote import operate, plain


def show() -> int:
    """0 when it is sure who has which place, 2 when lanes have to be heard first."""

    async def act(client: Client, edition: str) -> int:
        told = await client.operate("GET", f"/api/v1/editions/{edition}/places")
        table = Table("room", "holds", "inside", "at lanes", "left")
        for each in told["zones"]:
            counts = (each[k] for k in ("capacity", "inside", "at_lanes", "left"))
            table.add_row(plain(each["name"]), *(f"{n:,}" for n in counts))
        Console(highlight=False).print(table)
        names = {each["zone"]: plain(each["name"]) for each in told["zones"]}
        for each in told["cut_off"]:
            why = "was revoked" if each["revoked"] else "was enrolled anew"
            print(
                f"{each['lane']} {why} and holds {each['places']:,} places of "
                f"{names.get(each['zone'], each['zone'])}: without a network it may still let so "
                f"many in. Once it is off for good: `gate places free {each['lane']}`"
            )
        if not told["in_doubt"]:
            return 0
        print(
            "Something was restored: lanes may hold places this server forgot, so it grants none. "
            "Connect every lane, wait until none has records left to send, compare each room with "
            "a count, then say `gate places trust`."
        )
        print(f"Not heard yet: {', '.join(told['unheard']) or 'none, every lane it knows called'}")
        return 2

    return operate(act)


def doubt() -> int:
    async def act(client: Client, edition: str) -> int:
        await client.operate("POST", f"/api/v1/editions/{edition}/places/doubt")
        print("no place of a full room is granted until `gate places trust`")
        return 0

    return operate(act)


def free(lane: str, off_for_good: bool) -> int:
    async def act(client: Client, edition: str) -> int:
        body = {"lane": lane, "off_for_good": off_for_good}
        done = await client.operate("POST", f"/api/v1/editions/{edition}/places/free", body)
        print(f"{done['places']:,} places are free again")
        return 0

    return operate(act)


def trust(without_unheard: bool) -> int:
    async def act(client: Client, edition: str) -> int:
        body = {"without_unheard": without_unheard}
        await client.operate("POST", f"/api/v1/editions/{edition}/places/trust", body)
        print("places of full rooms are granted again")
        return 0

    return operate(act)
