"""Where a link leads, and whether its words say so."""

import re
import unicodedata
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

_HOST = re.compile(r"(?:[a-z0-9_-]+\.)*[a-z0-9_-]+|\[[0-9a-f:.]+\]")
_MAIL = re.compile(r"[^\s@,;<>()\[\]\"]+@((?:[\w-]+\.)+[\w-]+)")
_PLACE = re.compile(
    r"(?<![\w@.-])(?:(?:[\w-]+\.)+(?:xn--[\w-]+|[^\W\d_]{2,})|(?:\d+\.){3}\d+)(?!\w)"
)
_ORIGIN = re.compile(r"://([^\s/?#]+)")
_UNSEEN = re.compile("[\u034f\u115f\u1160\u3164\uffa0\ufe00-\ufe0f\U000e0100-\U000e01ef]")
# A reader takes these for the dot of a name; only between Latin letters, where no sentence ends.
_DOTS = re.compile("(?<=[a-z0-9-])[。·‧∙・](?=[a-z0-9])")
_MORE_RECIPIENTS = frozenset({"to", "cc", "bcc"})


def followable(address: str) -> str | None:
    """The address as it may be followed, None where it may not.

    That is one of the web with a host, without the user name that a browser would pass over, or a
    mail to whom its path names (RFC 6068), with nobody added.
    """
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        if parts.scheme in {"http", "https"} and _HOST.fullmatch(host.rstrip(".")):
            return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    except ValueError:
        return None
    return address if parts.scheme == "mailto" and _recipients(parts) else None


def says_where_it_leads(words: str, address: str) -> bool:
    """Whether each place that ``words`` name is the one that ``address`` leads to.

    :param words: a link's text; without a name of a host or a mailbox it promises none.
    :param address: one that is :func:`followable`.
    """
    text = _as_read(words)
    mails = {mail[0] for mail in _MAIL.finditer(text)}
    places = {mail[1] for mail in _MAIL.finditer(text)} | set(_PLACE.findall(text))
    places |= {_host(origin) for origin in _ORIGIN.findall(text)}
    parts = urlsplit(address)
    if parts.scheme == "mailto":
        recipients = _recipients(parts)
        hosts = {recipient.rpartition("@")[2] for recipient in recipients}
        return (not mails or mails == recipients) and _all_are(places, hosts)
    return _all_are(places, {(parts.hostname or "").rstrip(".")})


def _host(origin: str) -> str:
    return origin.rpartition("@")[2].partition(":")[0]


def _all_are(places: set[str], hosts: set[str]) -> bool:
    """Whether every place is each of the hosts, or a domain that it is in."""
    named = {_ascii(place.rstrip(".")) for place in places}
    return all(host == place or host.endswith(f".{place}") for place in named for host in hosts)


def _as_read(words: str) -> str:
    """``words`` as a person sees them: without what is invisible or only looks different."""
    seen = "".join(sign for sign in words if unicodedata.category(sign) not in {"Cf", "Cc"})
    return _DOTS.sub(".", unicodedata.normalize("NFKC", _UNSEEN.sub("", seen)).casefold())


def _ascii(host: str) -> str:
    """A name of a host as the network has it; one that can't be one stays as it is."""
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return host


def _recipients(parts: SplitResult) -> set[str]:
    """Who gets such a mail; nobody where the address is none, or hides others behind them."""
    if _MORE_RECIPIENTS & {name.lower() for name, _ in parse_qsl(parts.query)}:
        return set()
    recipients = {unquote(one).strip().casefold() for one in parts.path.split(",")}
    return recipients if all(map(_MAIL.fullmatch, recipients)) else set()
