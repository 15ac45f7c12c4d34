"""Words the offline model's answers: greetings, questions back, tool results as Markdown."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from strands.types.tools import ToolResult, ToolSpec

from agent.authorization.approval import CANT_ASK, NOT_APPROVED
from agent.errors import RightsError
from agent.models.offline.stand_in_sentences import i_am
from agent.models.offline.tool_choice import MissingArgument

GREETING = re.compile(
    r"^\W*(?:(?:hi|hello|hey|good (?:morning|day|evening)|help)\b.{0,20}|"
    r"(?:what can you do|who are you|how can you help)\b.*)$",
    re.IGNORECASE,
)
YES_NO = re.compile(r"^\W*(?:is|are|was|were|does|do|did|has|have|can)\b", re.IGNORECASE)
GOOD = frozenset({"active", "valid", "open", "ok", "available", "enabled", "approved", "expiring"})
BAD = frozenset({"expired", "void", "inactive", "suspended", "closed", "disabled", "cancelled"})
LEADS = ("summary", "answer", "message", "text")
TITLES = ("title", "name", "document", "product", "subject")
BODIES = ("snippet", "excerpt", "summary", "passage", "text", "description")
LINKS = ("url", "address", "link")
ADDRESS = re.compile(r":(?=//)|(?<=mailto):", re.IGNORECASE)
LINK = re.compile(r"https?://[^\s<>]+")
ADVICE = ("next_step", "advice", "recommendation", "not_shown")
VERBS = re.compile(r"^(?:check|get|look up|lookup|find|fetch|read|show|query) ")
APART = frozenset({"notice", "sources", "around"})
"""What a result says to the model, and what is shown beside the answer."""
HIDING = re.compile("[\U000e0000-\U000e007f\u202a-\u202e\u2066-\u2069\u200b\ufeff]")
"""Signs that nobody sees: tags that spell text, and those that turn the direction of writing."""
MAX_ITEMS = 8
REFUSED = re.compile(
    rf"{re.escape(RightsError.sentence)}(?: \(Reference: \w+\))?"
    rf"|{re.escape(NOT_APPROVED)}|{re.escape(CANT_ASK)}"
)


def is_greeting(question: str) -> bool:
    """Whether the person only says hello or asks what this is."""
    return GREETING.match(question) is not None


def greeting(question: str, specs: Sequence[ToolSpec]) -> str:
    """Who is answering, and with what."""
    return f"Hello! {i_am(question)}\n\n{_abilities(specs)}"


def no_tool_fits(question: str, specs: Sequence[ToolSpec]) -> str:
    """That the question can't be answered, and what can be."""
    return f"I can't answer that. {i_am(question)}\n\n{_abilities(specs)}"


def not_answered(questions: Sequence[str]) -> str:
    """The questions of a message that no tool was found for; empty for none."""
    named = "\n".join(f"- {quoted(question)}" for question in questions)
    return f"I can't answer this part:\n\n{named}" if questions else ""


def question_back(missing: MissingArgument) -> str:
    """A question back for what a tool needs."""
    what = missing.description[:1].lower() + missing.description[1:]
    subject = _subject(missing.tool)
    understood = f"I understand that you ask about the {subject}."
    return f"{understood} To look up the {subject}, I need one more thing from you: {what}."


def result_text(question: str, tool: str, given: Mapping[str, Any], answer: ToolResult) -> str:
    """What a tool answered, in sentences."""
    value = value_of(answer)
    error = value.get("error") if isinstance(value, dict) else None
    if isinstance(error, dict):
        parts = [quoted(str(error.get(part, ""))) for part in ("message", "next_step")]
        return " ".join(part for part in parts if part) or _failed(tool)
    if answer.get("status") == "error":
        refusal = REFUSED.search(value) if isinstance(value, str) else None
        return refusal[0] if refusal else _failed(tool)
    if isinstance(value, dict):
        return "\n\n".join(_record(question, tool, given, value))
    return _listing(value) if isinstance(value, list) else quoted(str(value))


def shortened(answer: str) -> str:
    """What an answer begins with: its first paragraph, of a list the first entry."""
    paragraph = answer.partition("\n\n")[0]
    return paragraph.partition("\n")[0] if re.match(r"\d+\. |- ", paragraph) else paragraph


def _record(
    question: str, tool: str, given: Mapping[str, Any], value: dict[str, Any]
) -> Iterator[str]:
    """A headline, the details as a list, and the advice."""
    shown: set[str | None] = set(APART)
    lead = next((key for key in LEADS if isinstance(value.get(key), str)), None)
    if lead:
        shown.add(lead)
        yield quoted(value[lead])
    elif isinstance(value.get("status"), str):
        subject = next((key for key in given if key in value), None)
        shown |= {"status", subject}
        name = quoted(str(value[subject])) if subject else "it"
        yield _status(question, tool, name, value["status"])
    items = [key for key, entry in value.items() if _is_listing(entry) and key not in APART]
    advice = [key for key in ADVICE if key in value]
    details = [key for key in value if key not in {*shown, *items, *advice}]
    lines = [
        f"- **{_label(key)}:** {_value(key, value[key])}" for key in details if value[key] != ""
    ]
    if lines:
        yield "\n".join(lines)
    for key in items:
        yield _listing(value[key])
    for key in advice:
        yield f"{_label(key)}: {quoted(str(value[key]))}"


def _status(question: str, tool: str, name: str, status: str) -> str:
    words = status.replace("_", " ").lower()
    verdict = _verdict(question, words)
    return f"{verdict}The {_subject(tool)} of **{name}** is **{quoted(words)}**."


def _verdict(question: str, status: str) -> str:
    """Yes or no, for a question that wants it and a status that has one."""
    first = status.partition(" ")[0]
    if not YES_NO.match(question) or first not in GOOD | BAD:
        return ""
    if first in question.lower():
        return "Yes. "
    if any(word in question.lower() for word in BAD):
        return "No. " if first in GOOD else ""
    return "Yes. " if first in GOOD else "No. "


def _listing(entries: Sequence[Any]) -> str:
    if not entries:
        return "Nothing was found."
    lines = [f"{place}. {_item(entry)}" for place, entry in enumerate(entries[:MAX_ITEMS], 1)]
    more = len(entries) - MAX_ITEMS
    return "\n".join([*lines, *([f"… and {more} more."] if more > 0 else [])])


def _item(entry: Any) -> str:
    if not isinstance(entry, dict):
        return quoted(str(entry))
    title = next((key for key in TITLES if entry.get(key)), None)
    body = next((key for key in BODIES if entry.get(key) and key != title), None)
    link = next((key for key in LINKS if LINK.fullmatch(str(entry.get(key)))), None)
    head = f"**{quoted(str(entry[title]))}**" if title else ""
    rest = [
        f"{_label(key)}: {_value(key, value)}"
        for key, value in entry.items()
        if key not in {title, body, link} and value not in (None, "", [])
    ]
    aside = f" ({', '.join(rest)})" if rest else ""
    where = f" <{entry[link]}>" if link else ""
    text = f": {quoted(str(entry[body]))}" if body else ""
    return f"{head}{aside}{text}{where}".removeprefix(": ")


def quoted(text: str) -> str:
    """Text of others as they wrote it: nothing in it formats, links or shows an image."""
    visible = HIDING.sub("", " ".join(text.split()))
    written = re.sub(r"([\\`*_\[\]<>!|#])", r"\\\1", visible)
    return ADDRESS.sub(r"\\:", written)  # on our page a bare address is a link


def _value(key: str, value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(quoted(str(entry)) for entry in value) or "none"
    if isinstance(value, dict):
        return "; ".join(f"{_label(part)}: {_value(part, entry)}" for part, entry in value.items())
    if key.endswith(("_date", "_at", "_on", "date")) and isinstance(value, str):
        return _day(value)
    return quoted(str(value))


def _day(value: str) -> str:
    try:
        day = date.fromisoformat(value[:10])
    except ValueError:
        return quoted(value)
    return f"{day.day} {day:%B %Y}"


def value_of(answer: ToolResult) -> Any:
    """What a tool answered, parsed where it is JSON."""
    for item in answer["content"]:
        if "json" in item:
            return item["json"]
        if "text" in item:
            try:
                return json.loads(item["text"])
            except ValueError:
                return item["text"]
    return ""


def _is_listing(value: Any) -> bool:
    return isinstance(value, list) and (not value or isinstance(value[0], dict))


def _failed(tool: str) -> str:
    return f"The {_subject(tool)} couldn't be looked up. Please ask again in a minute."


def _subject(tool: str) -> str:
    """What a tool is about: ``warranty___check_warranty_status`` is the *warranty status*."""
    return VERBS.sub("", tool.rsplit("___", 1)[-1].replace("_", " "))


def _label(key: str) -> str:
    return key.replace("_", " ").capitalize()


def _abilities(specs: Sequence[ToolSpec]) -> str:
    if not specs:
        return "None of my tools can be reached at the moment; please ask again later."
    lines = [f"- **{_named(spec)}**: {_first_sentence(spec)}" for spec in specs]
    return "\n".join(["This is what I can look up:", "", *lines])


def _named(spec: ToolSpec) -> str:
    return spec["name"].rsplit("___", 1)[-1].replace("_", " ").capitalize()


def _first_sentence(spec: ToolSpec) -> str:
    return f"{re.split(r'[.:](?: |$)', spec['description'].strip())[0]}."
