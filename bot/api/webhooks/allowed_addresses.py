"""Which addresses a webhook may reach: public ones, and those of the networks that the settings name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

Network = IPv4Network | IPv6Network


@dataclass(frozen=True)
class AllowedAddresses:
    """Decides on the very address that a connection is made to, so that no name can point elsewhere in between."""

    networks: tuple[Network, ...] = ()

    @classmethod
    def of_setting(cls, given: str) -> AllowedAddresses:
        """Return those of a list, as `10.0.0.0/8, 192.168.7.4`. Raise ValueError for another text."""
        return cls(tuple(ip_network(one.strip()) for one in given.split(",") if one.strip()))

    def __call__(self, address: str) -> bool:
        """True if a webhook may connect to an IP address."""
        found = ip_address(address.partition("%")[0])
        inner = found.ipv4_mapped or found.sixtofour if isinstance(found, IPv6Address) else None
        found = inner or found
        is_named = any(found in network for network in self.networks if network.version == found.version)
        return is_named or (found.is_global and not found.is_multicast)

    def fault(self, url: str) -> str | None:
        """Return what is wrong with an address that is to be a webhook's, as the end of a sentence; None for nothing."""
        parts = urlsplit(url)
        if not parts.hostname or parts.username is not None:
            return "is no web address without a user name"
        if parts.scheme == "https":
            return None
        if parts.scheme == "http" and self.networks:
            return None
        return "does not start with https://"


def described(networks: Iterable[Network]) -> str:
    """Return networks as the setting has them."""
    return ", ".join(map(str, networks))
