"""Ids of conversations and turns."""

import secrets
import time


def new_id() -> str:
    """An id that sorts by time, for a conversation or a turn; matches :data:`transcripts.ID`."""
    return f"{int(time.time() * 1000):013d}-{secrets.token_hex(8)}"
