"""What people are told when they say a word."""

from collections.abc import Sequence

from bots.text_commands.words import MEANINGS
from identity.links import Link
from identity.memory.records import RecordsOfKind
from identity.people import Names

MOST_LISTED = 10
LONGEST_LISTED = 300
"""Characters of one memory that are shown; all of it is on the person's page."""

SIGN_IN = "Please sign in with your company account. The link is for you alone."
NOT_SIGNED_IN = "I don't know who you are yet. Please sign in once with your company account."
SIGNED_IN = (
    "You are signed in as {account}. To use another account, write `unlink` first, then `link`."
)
UNLINKED = (
    "You are signed out here: I no longer answer as {account}. Write `link` to sign in again."
)
NOTHING_LINKED = "You aren't signed in here, so there is nothing to end."
FRESH = "Here is a fresh conversation: I no longer know what was said in it before."
FRESH_ANYWAY = (
    "Each new message begins a fresh conversation; a reply in its thread goes on with it."
)
STOPPED = "Stopped. What else you have asked here and still waits, I won't answer either."
NOTHING_TO_STOP = (
    "I'm answering nothing of yours here at the moment. What you have asked here and still waits, "
    "I won't answer."
)
NOTHING_TO_FORGET = "I remember nothing about you."
CONFIRM = (
    "This forgets everything that I remember about you ({count}), and what was said in your "
    "conversations with me, here and everywhere else. It can't be undone."
)
FORGOTTEN = "Everything is forgotten."
FORGETTING = "I have begun to forget everything, and go on by myself. How far it is: {address}"
KEPT = "I have forgotten nothing."
KINDS = {
    "facts": "What I know",
    "preferences": "What you prefer",
    "summaries": "What we talked about",
}
EXAMPLE = "Is serial LAPTOP-2024-001 still under warranty?"


def help_text(example: str) -> str:
    """What the assistant is for, and every word with its meaning.

    :param example: a question as it is asked on this platform.
    """
    words = "\n".join(f"- `{word}`: {meaning}" for word, meaning in MEANINGS.items())
    return (
        f"Ask me a business question in your own words, for example `{example}`\n\n"
        "You can also send me a direct message, or mention me in a channel.\n\n"
        f"Some words I act on at once:\n\n{words}"
    )


def who(link: Link, names: Names) -> str:
    """Which account the person speaks for, and since when."""
    since = f"{link.linked_at:%d %B %Y}"
    here = " in ".join(filter(None, (names.user, names.workspace)))
    known = f" Here you are {here}." if here else ""
    return f"You are signed in as {link.account}, since {since}.{known}"


def confirmation(kinds: Sequence[RecordsOfKind]) -> str:
    """What would be forgotten."""
    count = sum(len(kind.memories) for kind in kinds)
    return CONFIRM.format(count="1 memory" if count == 1 else f"{count} memories")


def remembered(kinds: Sequence[RecordsOfKind], address: str) -> str:
    """What is remembered, the newest of each kind, and where all of it is.

    :param address: the person's own page.
    """
    parts = [_listed(kind) for kind in kinds if kind.memories]
    if not parts:
        return f"{NOTHING_TO_FORGET} Your page is at {address}"
    return "\n\n".join([*parts, f"All of it, and how to forget any of it, is at {address}"])


def _listed(kind: RecordsOfKind) -> str:
    lines = [f"- {_short(memory.text)}" for memory in kind.memories[:MOST_LISTED]]
    more = len(kind.memories) - MOST_LISTED
    if more > 0:
        lines.append(f"- … and {more} more")
    return "\n".join([f"**{KINDS[kind.kind]}**", "", *lines])


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= LONGEST_LISTED else f"{words[:LONGEST_LISTED]}…"
