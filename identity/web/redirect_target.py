"""Where a sign-in may lead: to a page of ours, never to another site (open redirects)."""

from urllib.parse import urlsplit


def local_path(wanted: str, otherwise: str) -> str:
    """``wanted`` if it is a path on this host and nothing else, however a browser may read it."""
    parts = urlsplit(wanted)
    if (
        not wanted.startswith("/")
        or wanted.startswith("//")
        or "\\" in wanted
        or not wanted.isprintable()
        or parts.scheme
        or parts.netloc
    ):
        return otherwise
    return wanted
