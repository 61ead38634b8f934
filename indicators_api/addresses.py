"""Which addresses messages may go to: those that the operator allows, and no others.

Against server-side request forgery: a name must be allowed, and the address that it stands for must
be a public one or lie in an allowed network. The address that was looked at is the one that is
connected to, so that a name can't stand for another one a moment later.
"""

import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import NamedTuple
from urllib.parse import urlsplit

from indicators_api.errors import AddressRefused, mark

Network = IPv4Network | IPv6Network


class Allowed(NamedTuple):
    """Names of hosts, and networks that may be reached though they aren't public."""

    names: frozenset[str]
    networks: tuple[Network, ...]

    @classmethod
    def read(cls, entries: Sequence[str]) -> "Allowed":
        """Read the operator's list: host names, addresses, networks. Raises ValueError."""
        names, networks = set(), []
        for entry in entries:
            try:
                networks.append(ip_network(entry))
            except ValueError:
                if not _is_name(entry):
                    raise
                names.add(entry.lower())
        return cls(frozenset(names), tuple(networks))

    def has_address(self, text: str) -> bool:
        """Tell whether an address may be connected to."""
        address = ip_address(text)
        inside = any(address in network for network in self.networks)
        return inside or (address.is_global and not address.is_multicast)


class Place(NamedTuple):
    """Where a URL leads."""

    scheme: str
    host: str
    port: int
    #: The address to connect to.
    address: str
    #: Path and query.
    target: str

    @property
    def host_header(self) -> str:
        """The `Host` that the server is asked for."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = {"http": 80, "https": 443}[self.scheme]
        return host if self.port == usual else f"{host}:{self.port}"


def _is_name(text: str) -> bool:
    labels = text.rstrip(".").split(".")
    return len(text) <= 253 and all(  # noqa: PLR2004 - the longest name that DNS has
        label and label.replace("-", "").replace("_", "").isalnum() and label.isascii()
        for label in labels
    )


def _resolve(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


def demand_allowed(url: str, allowed: Allowed) -> None:
    """Raise AddressRefused unless the host of a URL is allowed; names are not looked up."""
    host = _parts(url)[0]
    if not (_is_listed(host, allowed) if _as_address(host) else host in allowed.names):
        raise _refused(host)


def look_at(
    url: str, allowed: Allowed, resolve: Callable[[str, int], list[str]] = _resolve
) -> Place:
    """Find out where a URL leads. Raises AddressRefused where that is not allowed.

    Names that aren't known now are told by OSError, as all trouble with the line.
    """
    host, port, scheme, target = _parts(url)
    demand_allowed(url, allowed)
    addresses = [host] if _as_address(host) else resolve(host, port)
    fit = [each for each in addresses if allowed.has_address(each)]
    if not fit:
        raise _refused(host)
    return Place(scheme, host, port, fit[0], target)


def _is_listed(address: str, allowed: Allowed) -> bool:
    """An address in the URL itself must be listed, though it be public: no name was allowed."""
    return any(ip_address(address) in network for network in allowed.networks)


def _parts(url: str) -> tuple[str, int, str, str]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise AddressRefused(mark("%(url)s is no address of a server."), url=url) from error
    if parts.scheme not in {"http", "https"} or not host or parts.username or parts.fragment:
        raise AddressRefused(mark("%(url)s is no address of a server."), url=url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return host.lower(), port or (443 if parts.scheme == "https" else 80), parts.scheme, target


def _as_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _refused(host: str) -> AddressRefused:
    return AddressRefused(
        mark(
            "Messages may not go to %(host)s: the operator allows hosts and networks in "
            "INDICATORS_EXCHANGE_HOSTS."
        ),
        host=host,
    )
