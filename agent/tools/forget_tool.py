"""The local tool that deletes what is remembered, as its person has approved it entry by entry."""

import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from botocore.exceptions import BotoCoreError, ClientError
from strands import ToolContext, tool

from agent.authorization.proposal import Proposal, approved_plan
from agent.errors import ForeignMemoryError
from agent.memory.agentcore_memory import RunMemory
from agent.memory.deletion import Deletion
from agent.memory.records import Entry, Event, Record
from agent.memory.text_matching import Matches, any_matcher, similarity
from agent.memory.unsaid_words import UnsaidWords
from agent.telemetry.log_redaction import one_line

logger = logging.getLogger(__name__)

TOOL = "forget"
EVERYTHING = "Whether all that is known about them is to go."
WORDS = (
    "Otherwise the names and nouns that the memories have which are to go, in the person's words "
    "and, where these are of another language, in English: an entry for each way to say it. An "
    "entry with several words needs all of them in a memory."
)
MOST_AT_ONCE = 3_000
MOST_SHOWN, LONGEST_SHOWN = 30, 200
SIMILAR, SUGGESTED = 0.5, 5
UNCLEAR = "Say whether everything is to be forgotten, or which words the memories have."
NOTHING_KNOWN = "There is nothing to forget: I know nothing about you."
NOTHING_FOUND = "I remember nothing that says that, so there was nothing to forget."
FAILED = "I couldn't reach your memory, so nothing may have changed. Please try again in a minute."
LEFT = "Please tell me again in a minute."
NOTHING_LEFT = "I looked again, and nothing of it is left."
FRESH = (
    "Some of it was said only a moment ago and may still be on its way into my memory: "
    "ask what I know about you in a few minutes, and tell me again if it is there."
)
ELSEWHERE = "What is written in Slack, Teams or on the web page stays there."


@dataclass(frozen=True, slots=True)
class ForgetTool:
    """Deletes of one person's memory what they have approved; the model names only words."""

    memory: RunMemory

    def propose(self, arguments: Mapping[str, Any]) -> Proposal | str:
        """What would go, searched by code; the sentence why nothing would.

        What the plan has is deleted, and nothing that comes later.
        """
        phrases = _phrases(arguments)
        everything = arguments.get("everything") is True
        if not phrases and not everything:
            return UNCLEAR
        matches = _matches(phrases, everything=everything)
        self._leave_unsaid(phrases, everything=everything)
        try:
            found = [entry for entry in self._forgetting.find(matches) if not self._is_open(entry)]
            if not found:
                return NOTHING_KNOWN if everything else self._nothing_found(phrases)
        except (BotoCoreError, ClientError, ForeignMemoryError) as error:
            return _failed(error)
        chosen = found[:MOST_AT_ONCE]
        return Proposal(_shown(chosen, len(found)), [entry.id for entry in chosen])

    @tool(name=TOOL, context=True)
    def forget(
        self,
        tool_context: ToolContext,
        everything: Annotated[bool, EVERYTHING] = False,
        words: Annotated[list[str] | None, WORDS] = None,
    ) -> dict[str, Any]:
        """Delete what is remembered about the person who asks: memories and saved conversations.

        Call it when they want something about them forgotten or deleted from memory, in whatever
        language. They are shown what would be deleted and decide; don't ask them yourself.
        """
        plan = approved_plan(tool_context.invocation_state, tool_context.tool_use["toolUseId"])
        phrases = _phrases({"words": words})
        self._leave_unsaid(phrases, everything=everything)
        self.memory.conversation.after_saving = self._forget_states
        try:
            chosen = frozenset(plan or ())
            deletion = self._forgetting.forget(lambda entry: entry.id in chosen)
        except (BotoCoreError, ClientError, ForeignMemoryError) as error:
            return _result("error", _failed(error))
        logger.info("forgot %d records and %d events", deletion.records, deletion.events)
        return _result("success", _told(deletion))

    def _leave_unsaid(self, phrases: Sequence[str], *, everything: bool) -> None:
        """One answer may forget several things: none of their words is saved."""
        before, new = self.memory.conversation.unsaid, _unsaid(phrases, everything=everything)
        self.memory.conversation.unsaid = before.and_also(new) if before else new

    @property
    def _forgetting(self) -> Any:
        return self.memory.controls.forgetting

    def _is_open(self, entry: Entry) -> bool:
        """The mark of this conversation's beginning says nothing, and the library needs it."""
        here = self.memory.conversation.session_id
        return isinstance(entry, Event) and entry.session == here and entry.state == "SESSION"

    def _nothing_found(self, phrases: Sequence[str]) -> str:
        """That nothing says it, and what the person may have meant."""
        ranked = [
            (max(similarity(phrase, record.text) for phrase in phrases), record.text)
            for record in self.memory.controls.records.all_records()
        ]
        similar = [text for share, text in sorted(ranked, reverse=True) if share >= SIMILAR]
        if not similar:
            return NOTHING_FOUND
        listed = "\n".join(f"- {text}" for text in similar[:SUGGESTED])
        return f"Nothing I remember says exactly that, so I deleted nothing. Similar:\n\n{listed}"

    def _forget_states(self) -> None:
        """What waited for the approval had the words in it."""
        try:
            self._forgetting.forget_states(self.memory.conversation.session_id)
        except (BotoCoreError, ClientError) as error:
            logger.error("what asked for it was not deleted: %s", type(error).__name__)  # noqa: TRY400 - no traceback


def _phrases(arguments: Mapping[str, Any]) -> list[str]:
    words = arguments.get("words") or []
    listed = [words] if isinstance(words, str) else words
    return [str(phrase) for phrase in listed if str(phrase).strip()]


def _matches(phrases: Sequence[str], *, everything: bool) -> Matches:
    return (lambda _: True) if everything else any_matcher(phrases)


def _unsaid(phrases: Sequence[str], *, everything: bool) -> UnsaidWords:
    """A wish to forget everything names nothing."""
    return UnsaidWords((lambda _: False) if everything else any_matcher(phrases))


def _shown(chosen: Sequence[Entry], found: int) -> dict[str, Any]:
    """What would go, as its person reads it."""
    records = [entry for entry in chosen if isinstance(entry, Record)]
    events = [entry for entry in chosen if isinstance(entry, Event)]
    shown: dict[str, Any] = {}
    if records:
        shown["memories"] = _some([record.text for record in records])
    if events:
        shown["conversations"] = _some(list(_conversations(events)))
    if found > len(chosen):
        shown["not yet"] = f"{found - len(chosen):,} more: {MOST_AT_ONCE:,} are the most at once"
    return shown


def _conversations(events: Sequence[Event]) -> Iterator[str]:
    """A line for each conversation, the newest first: how much of it would go, and what it says."""
    by_session: dict[str, list[Event]] = defaultdict(list)
    for event in sorted(events, key=lambda event: event.at, reverse=True):
        by_session[event.session].append(event)
    for of_one in by_session.values():
        count, said = len(of_one), next((event.said for event in of_one if event.said), "")
        pieces = f"{count:,} saved piece{'s' if count > 1 else ''}"
        yield f"{of_one[0].at:%d %B %Y}, {pieces}" + (f": {said}" if said else "")


def _some(lines: Sequence[str]) -> list[str]:
    cut = [line if len(line) <= LONGEST_SHOWN else f"{line[:LONGEST_SHOWN]}…" for line in lines]
    more = len(cut) - MOST_SHOWN
    return cut if more <= 0 else [*cut[:MOST_SHOWN], f"… and {more:,} more"]


def _told(deletion: Deletion) -> str:
    memories = _count(deletion.records, "memory", "memories")
    pieces = _count(deletion.events, "piece of a conversation", "pieces of conversations")
    left = f"{deletion.left:,} {'is' if deletion.left == 1 else 'are'} not deleted yet"
    sentences = [
        f"I have forgotten only a part of it: {memories} and {pieces} are deleted, {left}. {LEFT}"
        if deletion.left
        else f"I have forgotten it: {memories} and {pieces} are deleted. {NOTHING_LEFT}",
        FRESH if deletion.fresh else "",
        ELSEWHERE,
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _failed(error: Exception) -> str:
    detail = getattr(error, "detail", None) or str(error)
    logger.error("forgetting failed: %s", one_line(f"{type(error).__name__}: {detail}"))
    return FAILED


def _result(status: str, text: str) -> dict[str, Any]:
    return {"status": status, "content": [{"text": text}]}
