"""Serial numbers as people type them and as the table keeps them."""

import re

# Blanks, hyphens, the dashes that word processors make of them, and underscores.
_SEPARATORS = re.compile(r"[\s_\u00ad\u2010-\u2015\u2212-]+")
_COMPACT = re.compile(r"[A-Z0-9]{4,40}")


def squeezed(typed: str) -> str:
    """The serial as :func:`compact` has it, whatever it is."""
    return _SEPARATORS.sub("", typed).upper()


def compact(typed: str) -> str:
    """The serial without what people leave out or add: ``laptop 2024-001`` is ``LAPTOP2024001``.

    :raises ValueError: when it can't be a serial number.
    """
    serial = squeezed(typed)
    if not _COMPACT.fullmatch(serial):
        raise ValueError("a serial number has 4 to 40 letters and digits")
    return serial


def spellings(typed: str) -> tuple[str, ...]:
    """The keys a device may be kept under: without dashes, and as it is printed.

    The import writes the first; a table that another system fills may have the second.

    :raises ValueError: when it can't be a serial number.
    """
    return tuple(dict.fromkeys((compact(typed), printed(typed))))


def printed(typed: str) -> str:
    """The serial as devices print it: upper case, one dash between its groups."""
    return _SEPARATORS.sub("-", typed.strip()).strip("-").upper()
