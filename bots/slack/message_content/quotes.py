"""All that one message holds beside its author's own words: forwards, tables, pasted messages.

https://docs.slack.dev/messaging/formatting-message-text tells of text; what the rest looks like was
recorded (``tests/data/slack``).
"""

from collections.abc import Iterator, Mapping

from bots.platform import Quote
from bots.slack.message_content.markup import plain
from bots.slack.message_content.rich_text import rich_text

MOST_QUOTES = 20
MOST_WORDS = 8_000
"""Characters of one quote."""
MOST_ROWS = 200
TABLES = ("table", "data_table")

Fields = Mapping[str, object]


def own_markup(message: Fields) -> str:
    """What the author typed, in Slack's markup: the text, or else its rich text."""
    text = message.get("text")
    return text if isinstance(text, str) and text else rich_text(message.get("blocks"))


def quotes_in(message: Fields) -> tuple[Quote, ...]:
    """What a message carries of others: forwarded messages, and tables that were pasted."""
    found = [*_tables(message.get("blocks")), *_of_attachments(message)]
    return tuple(found[:MOST_QUOTES])


def _of_attachments(message: Fields) -> Iterator[Quote]:
    for attachment in _objects(message.get("attachments")):
        if attachment.get("is_share") or attachment.get("is_msg_unfurl"):
            words = plain(own_markup(attachment)) or plain(rich_text(_message_blocks(attachment)))
            if words.strip():
                yield Quote(_forwarded_from(attachment), words[:MOST_WORDS])
        yield from _tables(attachment.get("blocks"))
        for inner in _message_blocks_holders(attachment):
            yield from _tables(inner.get("blocks"))


def _forwarded_from(attachment: Fields) -> str:
    author = _text(attachment, "author_name") or "somebody"
    where = _text(attachment, "channel_name")
    return f"{author}, forwarded{f' from #{where}' if where else ''}"


def _message_blocks(attachment: Fields) -> list[object]:
    holders = _message_blocks_holders(attachment)
    return [block for holder in holders for block in _objects(holder.get("blocks"))]


def _message_blocks_holders(attachment: Fields) -> list[Fields]:
    """Where a forwarded message keeps its blocks: ``message_blocks[].message.blocks``."""
    listed = [one.get("message") for one in _objects(attachment.get("message_blocks"))]
    return [message for message in listed if isinstance(message, Mapping)]


def _tables(blocks: object) -> Iterator[Quote]:
    for block in _objects(blocks):
        if block.get("type") in TABLES and (words := _table(block)):
            yield Quote("a table that was pasted", words[:MOST_WORDS])


def _table(block: Fields) -> str:
    """A table as lines of cells."""
    rows = block.get("rows")
    lines = (
        " | ".join(_cell(cell) for cell in row)
        for row in (rows if isinstance(rows, list) else [])[:MOST_ROWS]
        if isinstance(row, list)
    )
    return "\n".join(line for line in lines if line.strip(" |"))


def _cell(cell: object) -> str:
    if not isinstance(cell, Mapping):
        return ""
    if cell.get("type") == "rich_text":
        return " ".join(plain(rich_text([cell])).split())
    for name in ("text", "value"):
        if isinstance(value := cell.get(name), str | int | float):
            return " ".join(str(value).split())
    return ""


def _objects(values: object) -> Iterator[Fields]:
    for value in values if isinstance(values, list) else ():
        if isinstance(value, Mapping):
            yield value


def _text(fields: Fields, name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""
