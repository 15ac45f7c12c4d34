"""What the offline model says about memory: what it was told, and what was asked before."""

import html
import re

ABOUT_ME = re.compile(
    r"\bwhat (?:do|did|can) you (?:know|remember|recall)\b|"
    r"\bdo you (?:know|remember) (?:me|my|what|who|that)\b|"
    r"\bwho am i\b|^what(?:'s| is| are) my\b|\bwhat do i (?:like|prefer)\b",
    re.IGNORECASE,
)
TELLING = re.compile(
    r"^(?:please )?(?:remember|note|don't forget|keep in mind)\b(?: that)?[\s,:]*(?P<what>.+)|"
    r"^(?P<said>(?:my [\w ]{2,40} (?:is|are)|i(?:'d)? (?:always |usually )?(?:prefer|like)|"
    r"call me|i am called)\b.+)",
    re.IGNORECASE | re.DOTALL,
)
ASKED_BEFORE = re.compile(
    r"\bwhat (?:did|have) (?:i|we) (?:just |already )?(?:ask|asked|say|said|talk|talked|discuss)",
    re.IGNORECASE,
)


def reply(question: str, recalled: list[str], earlier: list[str]) -> str | None:
    """An answer from memory; None when the question is about something else.

    :param recalled: long-term records that fit the question.
    :param earlier: what the person wrote before in this conversation.
    """
    if ASKED_BEFORE.search(question):
        return _list("In this conversation you wrote:", earlier) or (
            "This is the first thing you wrote in this conversation."
        )
    told = TELLING.search(question.strip())
    if told and not question.rstrip().endswith("?"):
        what = (told["what"] or told["said"]).strip().rstrip(".!")
        return f"Noted, I'll remember it: {what}."
    if ABOUT_ME.search(question):
        known = [html.unescape(entry) for entry in recalled]
        return _list("This is what I remember that fits:", known) or (
            "I don't remember anything about that yet. "
            "Tell me *remember that …* and I'll know it in later conversations."
        )
    return None


def _list(lead: str, entries: list[str]) -> str:
    return "\n".join([lead, "", *(f"- {entry}" for entry in entries)]) if entries else ""
