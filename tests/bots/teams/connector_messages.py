"""What a message of Teams may hold, by the pages that say so.

"Format your bot messages", "Bot messages with AI-generated content" (its error codes and limits)
and "Suggested actions", https://learn.microsoft.com/microsoftteams/platform/bots/how-to.
"""

import json
import re
from typing import Any

from tests.bots.teams.connector_faults import refuse

ROOT = "https://schema.org/Message"
MOST_CITATIONS = 20
LONGEST = {"name": 80, "abstract": 160}
LARGEST_CARD = 28 * 1024
ADAPTIVE = "application/vnd.microsoft.card.adaptive"
CARDS = {ADAPTIVE, "application/vnd.microsoft.card.hero"}
ELEMENTS = {
    "AdaptiveCard", "TextBlock", "Table", "TableRow", "TableCell", "RichTextBlock", "TextRun",
    "Input.Text", "Action.Execute", "Action.Submit", "Action.OpenUrl",
    "Chart.Line", "Chart.VerticalBar", "Chart.VerticalBar.Grouped",
}  # fmt: skip


def check_message(activity: dict[str, Any]) -> None:
    """Raise what Teams answers to a message that it doesn't take."""
    text, attachments = activity.get("text", ""), activity.get("attachments") or []
    if activity.get("type") != "message" or not (text or attachments):
        raise refuse("BadSyntax")
    if text and activity.get("textFormat") not in {"markdown", "plain"}:
        raise refuse("BadArgument")
    roots = [one for one in activity.get("entities") or [] if one.get("type") == ROOT]
    if len(roots) > 1:
        raise refuse("BadSyntax", "Multiple root message entities found")
    for root in roots:
        _check_label(root, text)
    if activity.get("suggestedActions", {}).get("actions") and attachments:
        raise refuse("BadArgument", "Suggested actions are not supported with attachments")
    for attachment in attachments:
        _check_card(attachment)


def _check_label(root: dict[str, Any], text: str) -> None:
    if root.get("@type") != "Message" or root.get("@context") != "https://schema.org":
        raise refuse("BadSyntax", "Error parsing message entity")
    citations = root.get("citation", [])
    if len(citations) > MOST_CITATIONS:
        raise refuse("BadArgument", "Bot message with more than 20 citations.")
    for citation in citations:
        appearance = citation.get("appearance") or {}
        longest = all(len(appearance.get(name, "")) <= most for name, most in LONGEST.items())
        if not appearance.get("name") or not appearance.get("abstract") or not longest:
            raise refuse("BadArgument", "Error while parsing citation entity")
        if f"[{citation['position']}]" not in text:
            raise refuse("BadArgument", "A citation's position must match the text")


def _check_card(attachment: dict[str, Any]) -> None:
    if attachment.get("contentType") not in CARDS:
        raise refuse("BadArgument")
    content = attachment["content"]
    if len(json.dumps(content)) > LARGEST_CARD:
        raise refuse("MessageSizeTooBig")
    if attachment["contentType"] == ADAPTIVE:
        if not re.fullmatch(r"1\.[0-5]", content.get("version", "")):
            raise refuse("BadArgument", "Unsupported version of Adaptive Cards")
        _check_elements(content)


def _check_elements(part: Any) -> None:
    if isinstance(part, list):
        for one in part:
            _check_elements(one)
    elif isinstance(part, dict):
        if "type" in part and part["type"] not in ELEMENTS:
            raise refuse("BadArgument", f"{part['type']} is no element of a card")
        for name, value in part.items():
            if name != "data":
                _check_elements(value)
