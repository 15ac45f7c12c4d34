"""What is left of a found page before a model or a person sees it."""

import html
import ipaddress
import re
import socket
import unicodedata
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from gateway_tools.search.provider_interface import SearchResult

TITLE_LENGTH = 200
SNIPPET_LENGTH = 600
ADDRESS_LENGTH = 2_000
MARKUP_LENGTH = 5_000

_TAGS = re.compile(r"<(script|style)\b.*?</\1\s*>|<[!/?a-z][^>]*(?:>|$)", re.IGNORECASE | re.DOTALL)
# A browser reads a backslash as a slash and drops tabs and line ends, and what is invisible or
# turns the line around hides where an address leads; a quote or a bracket may end its link.
_DECEPTIVE = re.compile(
    r"[\s\\<>\"`\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
)
# Names that mean this machine or this network, and public names that lead back into it.
_INTERNAL_NAMES = (
    "localhost", "local", "internal", "intranet", "lan", "home.arpa", "localdomain", "corp",
    "in-addr.arpa", "onion", "test", "invalid", "nip.io", "sslip.io", "xip.io", "localtest.me",
    "lvh.me", "instance-data.ec2", "metadata.tencentyun.com",
)  # fmt: skip
# Addresses that carry an IPv4 address inside (RFC 6052, RFC 3056, RFC 4380).
_EMBEDDING_IPV4 = [
    ipaddress.ip_network(text) for text in ("64:ff9b::/96", "2002::/16", "2001::/32")
]


@dataclass(frozen=True, slots=True)
class Page:
    """A found page that may be shown.

    :param source: the site it is on.
    """

    title: str
    address: str
    snippet: str
    source: str


def sanitized(found: SearchResult) -> Page | None:
    """The page without markup; None when its address must not be shown."""
    parts = public_parts(found.address.strip())
    if parts is None:
        return None
    host = (parts.hostname or "").removeprefix("www.")
    title = plain_text(found.title, TITLE_LENGTH)
    return Page(title or host, parts.geturl(), plain_text(found.snippet, SNIPPET_LENGTH), host)


def plain_text(markup: str, length: int) -> str:
    """The text of ``markup``: no tags, no entities, nothing invisible, at most ``length`` long."""
    text, before = markup[:MARKUP_LENGTH], None
    while text != before:  # what was escaped may be markup again
        before, text = text, html.unescape(_TAGS.sub(" ", text))
    # Invisible characters can reorder a line or hide words from its reader (categories C).
    seen = "".join(
        character if unicodedata.category(character)[0] != "C" else " " for character in text
    )
    line = " ".join(seen.split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


def public_parts(address: str) -> SplitResult | None:
    """The parts of an http(s) address on the public internet; None for any other."""
    if not address or len(address) > ADDRESS_LENGTH or _DECEPTIVE.search(address):
        return None
    try:
        parts = urlsplit(address)
        _ = parts.port  # is checked when it is read
    except ValueError:
        return None
    # A name and password before the host only serve to disguise it.
    if parts.scheme not in ("http", "https") or "@" in parts.netloc or not parts.hostname:
        return None
    return parts if _is_public(parts.hostname) else None


def _is_public(host: str) -> bool:
    name = unicodedata.normalize("NFKC", host).casefold().rstrip(".")
    number = _ip(name)
    if number is not None:
        return _is_public_number(number)
    # A name without a dot is one of the own network.
    return "." in name and not any(
        name == inside or name.endswith(f".{inside}") for inside in _INTERNAL_NAMES
    )


def _ip(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The number that a host is, also as browsers read it: ``0x7f.1``, ``2130706433``."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except (OSError, UnicodeEncodeError):
        return None


def _is_public_number(number: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if isinstance(number, ipaddress.IPv6Address):
        inner = number.ipv4_mapped
        if inner is not None:
            return _is_public_number(inner)
        if any(number in network for network in _EMBEDDING_IPV4):
            return False
    return number.is_global and not number.is_multicast
