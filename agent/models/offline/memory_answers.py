"""Answers about memory: what the person stated, and what they asked before."""

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from agent.memory.stated_facts import only_states_facts, stated_facts
from agent.memory.text_matching import content_words
from agent.models.offline.wording import quoted

TOOL = "show_my_memory"
ABOUT_ME = re.compile(
    r"\bwhat (?:all )?(?:do|did|can|have) (?:you|u) (?:know|remember|recall|learn|learned|stored|"
    r"saved|noted)\b(?!.*\b(?:policy|policies|them|him|her)\b)|"
    r"\bdo (?:you|u) (?:still |even )?(?:know|remember|recall) (?:me|my|what (?:i|my)|how i|who i|"
    r"anything about (?:me|my)|that i)\b|"
    r"\bwho am i\b|\bwhat do i (?:like|prefer)\b|"
    r"\bremind me (?:what|who|where|which|how|of) (?:i|my)\b|"
    r"\bwhat (?:is|have i|did i) (?:in your memory|told you|tell you|said)\b|"
    r"\b(?:show|list|see|read)\b.*\b(?:your|my) memor(?:y|ies)\b|"
    r"\b(?:conversations|chats) (?:do|can) you (?:remember|recall)\b|"
    r"\b(?:know|have|got|keep|remember(?:ed)?|stored?|saved?|learn(?:ed)?|memory|memories|notes?|data|facts)"
    r" (?:[\w']+ ){0,2}(?:about|of|on) (?:me|myself|the person asking)\b",
    re.IGNORECASE,
)
MY_OWN = re.compile(
    r"\b(?:what|which|who|where)(?:'s|s| is| are| was)? (?:\w+ )?my\b|\bwhat my\b|"
    r"\b(?:i|i've|i have) (?:once |already |ever )?(?:told you|mentioned|said)\b|"
    r"\bdid i (?:ever )?(?:say|tell|mention)\b",
    re.IGNORECASE,
)
BIAS = 2.2
SHORT = re.compile(
    r"\b(?:short|brief|concise)\b[^.?!]{0,30}\b(?:answers?|replies)\b|"
    r"\b(?:answer|reply)\w*\b[^.?!]{0,20}\b(?:short|brief|concise)\w*\b",
    re.IGNORECASE,
)
ASKED_BEFORE = re.compile(
    r"\bwhat (?:did|have) (?:i|we) (?:just |already )?(?:ask|asked|say|said|talk|talked|discuss)",
    re.IGNORECASE,
)
ASKING = frozenset(
    """
    all any anything can conversation did earlier everything exactly far give information know
    known learn learned like list memories memory noted now please prefer read recall remember
    remembered saved see show stored tell told us
    """.split()  # noqa: SIM905 - as a list of quoted words it reads worse
)
UNKNOWN = (
    "I don't remember anything about that yet. "
    "Tell me *remember that …* and I'll know it in later conversations."
)
PAUSED = "Your memory is paused; *resume memory* turns it on again."
HEADINGS = {
    "facts": "What you told me:",
    "preferences": "How you like things:",
    "told_in_this_conversation": "Said in this conversation:",
    "summaries": "Earlier conversations:",
}


def reply(question: str, earlier: Sequence[str], *, paused: bool) -> str | None:
    """An answer that needs no tool; None when there is none.

    :param earlier: what the person wrote before in this conversation.
    :param paused: whether nothing of this conversation will be remembered.
    """
    if ASKED_BEFORE.search(question):
        return _list("In this conversation you wrote:", earlier) or (
            "This is the first thing you wrote in this conversation."
        )
    if not only_states_facts(question):
        return None
    if paused:
        return f"I know it in this conversation, and won't remember it afterwards. {PAUSED}"
    return f"Noted, I'll remember it: {'; '.join(stated_facts(question))}."


def likes_short_answers(told: Iterable[str]) -> bool:
    """Whether the person said so, here or earlier."""
    return any(SHORT.search(text) for text in told)


def is_about_the_person(question: str) -> bool:
    """Whether they ask what is known about them."""
    return ABOUT_ME.search(question) is not None


def tool_bias(question: str) -> dict[str, float]:
    """How much a question sounds like one about what the person told before."""
    said = question.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    return {TOOL: BIAS} if MY_OWN.search(said) else {}


def recalled(entries: Sequence[str]) -> str:
    """The answer when memory can't be listed: the records that came with the question."""
    known = [quoted(html.unescape(entry)) for entry in entries]
    return _list("This is what I remember that fits:", known) or UNKNOWN


def answer(question: str, memory: Mapping[str, Any]) -> str:
    """The tool's answer, or the part of it that a question is about."""
    topic = {word for word in content_words(question) if word not in ASKING}
    parts = []
    for kind, head in HEADINGS.items():
        entries = [quoted(str(entry)) for entry in memory.get(kind, ())]
        fitting = [entry for entry in entries if not topic or topic & content_words(entry)]
        parts.append(_list(head, fitting))
    if memory.get("paused"):
        parts.append(PAUSED)
    shown = "\n\n".join(part for part in parts if part)
    return shown if any(parts[: len(HEADINGS)]) else f"{UNKNOWN}\n\n{shown}".strip()


def _list(lead: str, entries: Sequence[str]) -> str:
    return "\n".join([lead, "", *(f"- {entry}" for entry in entries)]) if entries else ""
