"""What was said before in a thread, for somebody who asks in the midst of it: data, with names."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from bots.platform import Quote
from bots.slack.message_content.markup import mentioned, plain
from bots.slack.message_content.quotes import own_markup, quotes_in

MOST_MESSAGES = 50
MOST_WORDS = 2_000
"""Characters of one message."""

Called = Callable[[set[str], set[str]], Awaitable[Mapping[str, str]]]
"""The names of people and of channels, by their ids."""


async def thread_quotes(
    messages: Sequence[Mapping[str, Any]], before: str, called: Called
) -> tuple[Quote, ...]:
    """The messages of a thread that came before one, oldest first.

    :param messages: of ``conversations.replies``, oldest first.
    :param before: the timestamp of the message that asks.
    """
    earlier = [one for one in messages if float(one["ts"]) < float(before)][-MOST_MESSAGES:]
    people = {str(one["user"]) for one in earlier if one.get("user")}
    named = [mentioned(own_markup(one)) for one in earlier]
    names = await called(
        people.union(*(them for them, _ in named)), set().union(*(there for _, there in named))
    )
    return tuple(quote for one in earlier for quote in _quotes(one, names))


def _quotes(message: Mapping[str, Any], names: Mapping[str, str]) -> tuple[Quote, ...]:
    author = names.get(str(message.get("user"))) or str(message.get("username") or "somebody")
    words = plain(own_markup(message), names).strip()[:MOST_WORDS]
    said = (Quote(f"{author}, earlier in this thread", words),) if words else ()
    return (*said, *quotes_in(message))
