"""Hosts that are, or lead to, a private address, in the ways in which such checks are usually got round."""

from __future__ import annotations

import socket
from typing import Any

# Names that a name server of the attacker's answers for; what each resolves to, one answer after the other.
NAMES: dict[str, list[list[str]]] = {
    "loop.evil.test": [["127.0.0.1"]],
    "loop6.evil.test": [["::1"]],
    "mapped.evil.test": [["::ffff:127.0.0.1"]],
    "private.evil.test": [["10.0.0.1"]],
    "metadata.evil.test": [["169.254.169.254"]],
    "any.evil.test": [["0.0.0.0"]],
    "both.evil.test": [["93.184.216.34", "127.0.0.1"]],
    "both6.evil.test": [["2606:2800:220:1::1", "::1"]],
    "rebound.evil.test": [["127.0.0.1"], ["93.184.216.34"]],
}

HOSTS = (
    # loopback and its odd spellings
    "127.0.0.1", "127.0.0.2", "127.255.255.254", "127.1", "127.0.1", "127.000.000.001", "0127.0.0.1", "0177.0.0.1",
    "0x7f.0.0.1", "0x7f000001", "0x7F.0x0.0x0.0x1", "2130706433", "017700000001", "127.0.0.1.", "127.1.", "0",
    "0.0.0.0", "localhost", "LOCALHOST", "localhost.", "localhost.localdomain", "ip6-localhost",
    # full-width and circled digits, and dots of other scripts
    "１２７.０.０.１", "①②⑦.⓪.⓪.①", "127。0。0。1", "１２７．０．０．１", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ", "localhost。",
    # IPv6, and IPv4 within it
    "[::1]", "[0:0:0:0:0:0:0:1]", "[0000::0001]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]",
    "[2002:7f00:1::]", "[64:ff9b::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]", "[fe80::1]",
    "[fe80::1%25lo]", "[::1%25lo]", "[fc00::1]", "[fec0::1]", "[ff02::1]", "[2001:0:7f00:1::80ff:fffe]",
    # other private networks
    "10.0.0.1", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1", "198.18.0.1", "224.0.0.1",
    "255.255.255.255", "192.0.0.8", "0xA9FEA9FE", "2852039166",
    # user information and what parsers disagree on
    "example.com@127.0.0.1", "127.0.0.1#@example.com", "127.0.0.1\\@example.com", "127.0.0.1 ", "\t127.0.0.1",
    "127.0.0.1%00.example.com",
    # names
    *NAMES,
)  # fmt: skip


class Resolver:
    """In place of ``socket.getaddrinfo``: knows ``NAMES``, refuses other names that are not of this machine."""

    def __init__(self) -> None:
        self.asked: dict[str, int] = {}
        self.real = socket.getaddrinfo

    def __call__(self, host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name in NAMES:
            turn = self.asked.get(name, 0)
            self.asked[name] = turn + 1
            answers = NAMES[name][min(turn, len(NAMES[name]) - 1)]
            found = []
            for address in answers:
                found += self.real(address, port, *args, **kwargs)
            return found
        return self.real(host, port, *args, **kwargs)
