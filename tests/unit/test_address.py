"""Who counts as one caller, and where a lane may say that others reach it."""

import pytest

from gate.server.api.address import on_site, rated


@pytest.mark.parametrize(
    ("claimed", "peer", "expected"),
    [
        ("10.0.3.7:8710", "192.0.2.9", True),
        ("192.168.1.2:8710", "10.0.0.1", True),
        ("[fd00::7]:8710", "10.0.0.1", True),
        ("8.8.8.8:8710", "8.8.8.8", True),
        ("127.0.0.1:8710", "127.0.0.1", True),
        ("8.8.8.8:80", "10.0.0.1", False),
        ("127.0.0.1:22", "10.0.0.1", False),
        ("[::1]:22", "10.0.0.1", False),
        ("169.254.169.254:80", "10.0.0.1", False),
        ("0.0.0.0:80", "10.0.0.1", False),
        ("example.org:80", "10.0.0.1", False),
        ("", "10.0.0.1", False),
    ],
)
def test_lanes_call_only_the_caller_itself_or_a_private_network(claimed, peer, expected):
    assert on_site(claimed, peer) == (claimed if expected else "")


@pytest.mark.parametrize(
    ("peer", "expected"),
    [
        ("192.0.2.9", "192.0.2.9"),
        ("::ffff:192.0.2.9", "192.0.2.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("unknown", "unknown"),
    ],
)
def test_a_network_of_ipv6_addresses_is_one_caller(peer, expected):
    assert rated(peer) == expected
