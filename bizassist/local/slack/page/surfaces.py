"""A modal and a Home tab as a person sees them."""

from dataclasses import dataclass
from typing import Any

from bizassist.local.slack.page import markup
from bizassist.local.slack.workspace import Block


@dataclass(frozen=True, slots=True)
class Pressable:
    """A button of a view."""

    text: str
    url: str
    action: str
    value: str
    style: str
    confirm: str


@dataclass(frozen=True, slots=True)
class Part:
    """One block: words, buttons beside or below them, or an input."""

    html: str = ""
    heading: str = ""
    buttons: tuple[Pressable, ...] = ()
    input: str = ""
    label: str = ""
    hint: str = ""
    error: str = ""


def home(view: dict[str, Any] | None) -> list[Part]:
    """The parts of a Home tab."""
    return [_part(block, {}) for block in view["blocks"]] if view else []


def modal(view: dict[str, Any] | None) -> dict[str, Any] | None:
    """The title, the parts and the button of a modal; None when there is none."""
    if view is None:
        return None
    parts = [_part(block, view.get("errors", {})) for block in view["blocks"]]
    submit = view["submit"]["text"] if view.get("submit") else ""
    close = (view.get("close") or {}).get("text", "Cancel")
    return {"title": view["title"]["text"], "parts": parts, "submit": submit, "close": close}


def _part(block: Block, errors: dict[str, str]) -> Part:
    match block["type"]:
        case "header":
            return Part(heading=block["text"]["text"])
        case "section":
            beside = (block["accessory"],) if "accessory" in block else ()
            return Part(_text(block["text"]), buttons=tuple(map(_button, beside)))
        case "actions":
            return Part(buttons=tuple(map(_button, block["elements"])))
        case "input":
            return Part(
                input=block["block_id"],
                label=block["label"]["text"],
                hint=(block.get("hint") or {}).get("text", ""),
                error=errors.get(block["block_id"], ""),
            )
        case "context":
            return Part(" ".join(map(_text, block["elements"])))
        case _:
            return Part(html="<hr>")


def _text(text: Block) -> str:
    if text["type"] == "plain_text":
        return markup.mrkdwn(text["text"].replace("&", "&amp;").replace("<", "&lt;"))
    return markup.mrkdwn(text["text"])


def _button(element: Block) -> Pressable:
    confirm = element.get("confirm") or {}
    return Pressable(
        element["text"]["text"],
        element.get("url", ""),
        element.get("action_id", ""),
        element.get("value", ""),
        element.get("style", ""),
        (confirm.get("text") or {}).get("text", ""),
    )
