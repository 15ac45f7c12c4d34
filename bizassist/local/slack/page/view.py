"""What one person sees of a channel, for the page and, as JSON, for the tests."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from html import escape
from typing import Any

from bizassist.local.slack.page import data_blocks, markup
from bizassist.local.slack.people import OTHERS, PEOPLE
from bizassist.local.slack.workspace import (
    BOT_NAME,
    BOT_USER,
    Block,
    Message,
    Workspace,
)


@dataclass(frozen=True, slots=True)
class Button:
    """A button of a message; ``url`` is empty when it only tells the app.

    :param choice: which of two feedback buttons, or the value of an item in a menu.
    """

    text: str
    url: str
    action: str
    style: str
    choice: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """One message as it appears.

    :param text: what a person reads of it.
    :param private: "Only visible to you".
    :param mentions: what in it rings or hides an address.
    """

    ts: str
    author: str
    name: str
    app: bool
    at: str
    html: str
    text: str
    private: bool
    edited: bool
    streaming: bool
    thread_ts: str | None
    buttons: tuple[Button, ...]
    mentions: tuple[str, ...]
    reactions: tuple[str, ...]


def seen(workspace: Workspace, user: str, channel: str) -> list[Shown]:
    """The messages of ``channel`` that ``user`` sees, threads after their first message."""
    messages = workspace.seen_by(user, channel)
    roots = {message.ts: float(message.ts) for message in messages}
    messages.sort(key=lambda m: (roots.get(m.root, float(m.ts)), float(m.ts)))
    return [_shown(message, streaming=workspace.is_streaming(message)) for message in messages]


def as_json(shown: list[Shown]) -> list[dict[str, Any]]:
    """The same for a test."""
    return [asdict(message) for message in shown]


def _shown(message: Message, *, streaming: bool) -> Shown:
    html = "".join(map(_block, message.blocks)) or markup.mrkdwn(message.text)
    return Shown(
        ts=message.ts,
        author=message.author,
        name=_name(message.author),
        app=_is_app(message.author),
        at=datetime.fromtimestamp(float(message.ts)).astimezone().strftime("%H:%M"),
        html=html,
        text=markup.plain(html),
        private=message.only_for is not None,
        edited=message.edited,
        streaming=streaming,
        thread_ts=message.thread_ts,
        buttons=tuple(_buttons(message.blocks)),
        mentions=tuple(markup.acting(message.text) + _acting(message.blocks)),
        reactions=tuple(sorted(message.reactions)),
    )


def _is_app(author: str) -> bool:
    other = OTHERS.get(author)
    return author == BOT_USER or (other is not None and not other.team)


def _name(author: str) -> str:
    if author == BOT_USER:
        return BOT_NAME
    return (PEOPLE | OTHERS)[author].real_name


def _block(block: Block) -> str:
    match block["type"]:
        case "markdown":
            return markup.markdown(block["text"])
        case "section" | "header" if "text" in block:
            return f"<p>{_text(block['text'])}</p>"
        case "section":
            return "".join(f"<p>{_text(field)}</p>" for field in block["fields"])
        case "context":
            return f"<p>{' '.join(map(_text, block['elements']))}</p>"
        case _:
            return data_blocks.html(block)


def _text(text: Block) -> str:
    return escape(text["text"]) if text["type"] == "plain_text" else markup.mrkdwn(text["text"])


def _acting(blocks: list[Block]) -> list[str]:
    texts = [b["text"] for b in blocks if "text" in b]
    # Only a markdown block has its text as it is.
    found = [
        markup.acting_in_markdown(text) if isinstance(text, str) else markup.acting(text["text"])
        for text in texts
    ]
    return [one for sequences in found for one in sequences]


def _buttons(blocks: list[Block]) -> list[Button]:
    listed = [e for b in blocks if b["type"] == "actions" for e in b["elements"]]
    buttons = [
        Button(e["text"]["text"], e.get("url", ""), e.get("action_id", ""), e.get("style", ""))
        for e in listed
        if e["type"] == "button"
    ]
    menus = [
        Button(option["text"]["text"], "", e["action_id"], "quiet", option["value"])
        for e in listed
        if e["type"] == "overflow"
        for option in e["options"]
    ]
    return [*buttons, *_feedback(blocks), *menus]


def _feedback(blocks: list[Block]) -> Iterator[Button]:
    for block in blocks:
        for element in block["elements"] if block["type"] == "context_actions" else ():
            for choice in ("positive", "negative"):
                label = element[f"{choice}_button"]["text"]["text"]
                yield Button(label, "", element["action_id"], "quiet", choice)
