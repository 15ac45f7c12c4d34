"""Recognises wishes about memory in a message: forget, pause, resume. In English only."""

import re
from dataclasses import dataclass

from strands.types.tools import ToolResult

from agent.models.offline.tool_choice import ToolCall

DENIED = "DENIED: "
"""What Strands puts before the reason why a call was not made."""

COURTESY = re.compile(
    r"^(?:(?:please|now|ok|okay|and|hey|(?:can|could|would|will) you|i (?:want|would like) you to|"
    r"i'd like you to)\b[\s,]*)+|[\s,]*\bplease\b[\s.!?]*$|[\s.!?]+$",
    re.IGNORECASE,
)
YOURS = r"(?:your|my|the|this|its)"
KNOWN = (
    r"(?:that )?(?:you (?:know|remember|have learned|learned|have|stored|saved)|"
    r"(?:i|i've|i have) (?:ever )?(?:said|told you|mentioned))"
)
FORGET_ME = re.compile(
    r"forget (?:me|(?:everything|all|all of it|anything|whatever|what)(?: " + KNOWN + r")?"
    r" (?:about|of|on) me(?: completely| entirely)?)|"
    r"forget (?:everything|all|whatever) " + KNOWN + r"|"
    r"(?:delete|erase|remove|wipe|clear|destroy) (?:out )?(?:all |everything (?:in |from )?|"
    r"everything " + KNOWN + r" (?:about|of) |what " + KNOWN + r" (?:about|of) )?(?:of )?"
    r"(?:me|(?:everything|all|data|all data|information|all information|memories|facts) "
    r"(?:" + KNOWN + r" )?(?:about|of|on) me|" + YOURS + r" (?:whole |entire )?memor(?:y|ies)"
    r"(?: (?:about|of) me)?)",
    re.IGNORECASE,
)
FORGET_UNCLEAR = re.compile(r"forget (?:everything|all|all of it|anything|whatever)", re.IGNORECASE)
FORGET_SOMETHING = re.compile(
    r"forget (?:about |(?:everything|all|anything|whatever|what)(?: " + KNOWN + r")?"
    r"(?: (?:about|of|on))? |the fact that |that |(?=my |our |i |i'm ))(?P<what>.+)|"
    r"(?:delete|erase|remove|wipe|clear) (?:everything|all|anything|whatever|what) " + KNOWN + r" "
    r"(?:about|of|on) (?P<known>.+)|"
    r"(?:delete|erase|remove|wipe) (?:from " + YOURS + r" memory|(?:the|your) memor(?:y|ies) "
    r"(?:that|of|about))[\s,:]*(?:that )?(?P<named>.+)|"
    r"(?:delete|erase|remove|wipe) (?P<kept>.+) from " + YOURS + r" memory",
    re.IGNORECASE,
)
NOTHING_NAMED = re.compile(r"(?:it|that|this|them|those|these|about (?:it|that))", re.IGNORECASE)
MEMORY = YOURS + r" ?(?:long-term )?memory|memory|" + YOURS + r" memories"
PAUSE = re.compile(
    r"(?:pause|suspend|stop|disable|deactivate|turn off|switch off) (?:" + MEMORY + r")|"
    r"(?:turn|switch) (?:" + MEMORY + r") off|"
    r"stop (?:remembering|memorising|memorizing|learning)(?: (?:me|things|anything|what i (?:say|"
    r"tell you)|about me|things about me|anything about me))?|"
    r"(?:don't|do not) remember (?:anything|what i (?:say|tell you))"
    r"(?: (?:from now on|any more|anymore))?",
    re.IGNORECASE,
)
RESUME = re.compile(
    r"(?:resume|unpause|continue|restart|start|enable|activate|turn on|switch on) (?:"
    + MEMORY
    + r")(?: again)?|(?:turn|switch) (?:"
    + MEMORY
    + r") (?:back )?on(?: again)?|"
    r"(?:resume|continue|start) remembering(?: (?:me|things|what i (?:say|tell you)))?(?: again)?|"
    r"remember things again",
    re.IGNORECASE,
)
LONGEST = 300
TOOLS = frozenset({"forget", "pause_memory", "resume_memory"})
UNCLEAR = (
    "Do you mean everything I know about you? Then write *forget everything about me*. "
    "For one thing, write *forget that …*; *what do you know about me?* lists what there is."
)
UNREACHABLE = "I can't reach your memory, so nothing was changed. Please ask again in a minute."


@dataclass(frozen=True, slots=True)
class Forget:
    """Delete what is remembered.

    :param what: in the person's words; None for everything about them.
    """

    what: str | None


@dataclass(frozen=True, slots=True)
class UnclearForget:
    """They want something forgotten and it is not clear how much."""


@dataclass(frozen=True, slots=True)
class SetPaused:
    """Pause memory or let it go on."""

    paused: bool


MemoryCommand = Forget | UnclearForget | SetPaused


def memory_command(text: str) -> MemoryCommand | None:
    """The memory command that a whole message is; None when it is, or also says, anything else."""
    said = _without_courtesy(text)
    if len(said) > LONGEST or "\n" in said or re.search(r"[.!?;]\s", said):
        return None
    if FORGET_ME.fullmatch(said):
        return Forget(None)
    if FORGET_UNCLEAR.fullmatch(said):
        return UnclearForget()
    if PAUSE.fullmatch(said):
        return SetPaused(paused=True)
    if RESUME.fullmatch(said):
        return SetPaused(paused=False)
    return _forget_something(said)


def reply(text: str, *, has_memory: bool) -> str | ToolCall | None:
    """The call for the command that a message is, or a sentence; None when it is none."""
    command = memory_command(text)
    if command is None:
        return None
    if not has_memory:
        return UNREACHABLE
    match command:
        case Forget(None):
            return ToolCall("forget", {"everything": True})
        case Forget(what):
            return ToolCall("forget", {"words": [what]})
        case SetPaused(paused):
            return ToolCall("pause_memory" if paused else "resume_memory")
    return UNCLEAR


def result_text(result: ToolResult) -> str:
    """What came of it: the tool's own sentences, or why nothing was done."""
    text = "\n".join(block.get("text", "") for block in result["content"]).strip()
    return text.removeprefix(DENIED)


def _forget_something(said: str) -> Forget | None:
    found = FORGET_SOMETHING.fullmatch(said)
    if found is None:
        return None
    what = next(part for part in found.groups() if part).strip()
    return None if NOTHING_NAMED.fullmatch(what) else Forget(what)


def _without_courtesy(text: str) -> str:
    said, before = text.strip().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"), ""
    while said != before:
        before, said = said, COURTESY.sub("", said).strip()
    return said
