"""Checking where a connection would go, once, and then going there and nowhere else.

A name is resolved once. All its addresses must lie on the open internet, unless the installation has allowed the host
by name (``ZHIJI_PRIVATE_HOSTS``). Whoever connects is given the checked addresses, so that a name that answers
differently a moment later (rebinding) leads nowhere.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from zhiji.platform.egress.addresses import Address, is_open
from zhiji.platform.egress.errors import EgressBroken, EgressRefused, EgressUnresolved
from zhiji.platform.environment import setting

CONNECT_SECONDS = 10.0
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
# What the C library reads as a number: 127.1, 0x7f000001, 017700000001, 2130706433.
_NUMBER = re.compile(r"(0x[0-9a-f]*|[0-9]+)")
_LONGEST = 253


@dataclass(frozen=True)
class Target:
    """A host that may be reached. host: as it is compared and as TLS names it; addresses: the checked ones, in the
    order in which they are tried."""

    host: str
    port: int
    addresses: tuple[str, ...]

    @property
    def address(self) -> str:
        return self.addresses[0]


def checked(host: str, port: int) -> Target:
    """Where ``host`` leads, checked. Raises EgressRefused, EgressUnresolved; nothing has been connected to then."""
    name = canonical(host)
    if not 0 < port < 65_536:
        raise EgressRefused(host=_shown(host), where={"field": "port"})
    is_allowed = _allowed(name, port)
    found = _resolved(name, port)
    if not is_allowed and not all(is_open(address) for address in found):
        raise EgressRefused(host=_shown(host), where={"field": "host"})
    return Target(name, port, tuple(str(address) for address in found))


def connected(host: str, port: int, *, seconds: float = CONNECT_SECONDS) -> socket.socket:
    """A socket connected to one of the checked addresses of ``host``. Raises as ``checked``, and EgressBroken."""
    target = checked(host, port)
    for address in target.addresses:
        try:
            return socket.create_connection((address, port), timeout=seconds)
        except OSError:
            continue
    raise EgressBroken(host=target.host, port=port, where={"field": "host"})


def canonical(host: str) -> str:
    """The one spelling of a host: an address as it is usually written, or a name in lower case and Punycode.

    Refused is what different programs read differently: numbers that are no dotted quad, a zone of an address, user
    information, anything that is no sign of a name. A dot at the end is dropped.
    """
    text = host.strip()
    if text.startswith("[") and text.endswith("]"):
        text = text[1:-1]
    if ":" in text:
        return str(_address(text, host))
    name = _ascii(text, host).lower().removesuffix(".")
    labels = name.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        # A name never ends in a number: this is an address, and there is one way to write it.
        return str(_address(name, host))
    if not name or len(name) > _LONGEST or not all(_LABEL.fullmatch(label) for label in labels):
        raise EgressRefused(host=_shown(host), where={"field": "host"})
    return name


def _address(text: str, host: str) -> Address:
    try:
        if "%" in text:
            raise ValueError(text)
        return ipaddress.ip_address(text)
    except ValueError as error:
        raise EgressRefused(host=_shown(host), where={"field": "host"}) from error


def _ascii(text: str, host: str) -> str:
    if text.isascii():
        return text
    import idna

    try:
        return idna.encode(text, uts46=True).decode()
    except idna.IDNAError as error:
        raise EgressRefused(host=_shown(host), where={"field": "host"}) from error


def _resolved(name: str, port: int) -> list[Address]:
    try:
        return [ipaddress.ip_address(name)]
    except ValueError:
        pass
    try:
        found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise EgressUnresolved(host=name, where={"field": "host"}) from error
    texts = dict.fromkeys(str(entry[4][0]).split("%")[0] for entry in found)
    if not texts:
        raise EgressUnresolved(host=name, where={"field": "host"})
    return [ipaddress.ip_address(text) for text in texts]


def _allowed(name: str, port: int) -> bool:
    """Whether the installation has named this host, with this port or with none."""
    for entry in setting("ZHIJI_PRIVATE_HOSTS").split(","):
        host, named_port = _split(entry.strip())
        if host and named_port in (None, port) and canonical(host) == name:
            return True
    return False


def _split(entry: str) -> tuple[str, int | None]:
    """``db.internal:5432``, ``[::1]:80``, ``::1``."""
    if entry.startswith("["):
        host, _, port = entry[1:].partition("]")
        port = port.removeprefix(":")
    elif entry.count(":") == 1:
        host, _, port = entry.partition(":")
    else:
        host, port = entry, ""
    return host, int(port) if port.isdecimal() else None


def _shown(host: str) -> str:
    """Without what might be a password before an @."""
    return host.rsplit("@", 1)[-1][:100]


def host_of(url: str | None) -> str:
    """The host of an address, to be told in a refusal: nothing else of it may be."""
    return (urlsplit(url or "").hostname or "")[:100]
