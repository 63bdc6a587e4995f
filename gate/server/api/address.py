"""Where a request comes from, for rate limits; and where a lane may say that it is."""

from ipaddress import IPv6Address, IPv6Network, ip_address

from aiohttp import web

SITE_BITS = 64
"""Of an IPv6 address: the rest is the caller's own to choose."""


def address(request: web.Request) -> str:
    """The peer's address: a header a client can write itself is not believed."""
    return rated(request.remote or "unknown")


def rated(peer: str) -> str:
    """What counts as one caller: an IPv4 address, or the network of an IPv6 address."""
    try:
        found = ip_address(peer)
    except ValueError:
        return peer
    if not isinstance(found, IPv6Address):
        return peer
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(IPv6Network((int(found), SITE_BITS), strict=False))


def on_site(claimed: str, peer: str) -> str:
    """A lane's word (``host:port``) for where the other lanes reach it; empty where it cannot be.

    A stolen token must not make the venue's lanes call hosts of a stranger's choice: good is where
    the call came from, or an address of a private network.
    """
    host = claimed.rpartition(":")[0].strip("[]")
    if host == peer:
        return claimed
    try:
        found = ip_address(host)
    except ValueError:
        return ""
    elsewhere = found.is_loopback or found.is_link_local or found.is_unspecified
    return claimed if found.is_private and not elsewhere else ""
