"""What stands around an answer: the AI label, citations, thumbs, and what could be asked next.

"Bot messages with AI-generated content" and "Suggested actions" (Teams platform documentation).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from bots.answer.draft import Draft
from bots.answer.sources import MOST, Source
from bots.teams.outgoing.bot_connector import Json
from bots.teams.outgoing.content.table_cards import with_table_cards

LONGEST_NAME = 80
LONGEST_ABSTRACT = 160
"""Characters of a citation."""
LONG = 800
"""Characters from which an answer can be made shorter."""

SHORTER = "Sum this up in three points"
MORE = "Tell me more about this"
ORIGIN = "What exactly do the sources say?"


@dataclass(frozen=True, slots=True)
class Dressing:
    """What one answer is dressed with.

    :param sources: what its numbers ``[1]`` stand for.
    :param follow_ups: questions that its asker may want to ask next, three at most.
    """

    sources: Sequence[Source]
    follow_ups: Sequence[str]

    @classmethod
    def of(cls, draft: Draft) -> Self | None:
        """The dressing of a finished answer; None of a sentence that no model has written."""
        if not draft.said:
            return None
        sources = draft.sources[:MOST]
        longer_or_shorter = SHORTER if len(draft.said) > LONG else MORE
        return cls(sources, [longer_or_shorter, *([ORIGIN] if sources else [])])

    def message(self, markdown: str) -> Json:
        """A message of the answer, with its tables as cards."""
        text, cards = with_table_cards(markdown)
        message: Json = {
            "type": "message",
            "text": text,
            "textFormat": "markdown",
            "entities": [self._label(text)],
            "channelData": {"feedbackLoop": {"type": "custom"}},
        }
        if cards:
            return message | {"attachments": cards}
        # Teams shows no suggestions beside attachments.
        actions = [{"type": "imBack", "title": one, "value": one} for one in self.follow_ups]
        return message | {"suggestedActions": {"to": [], "actions": actions}}

    def _label(self, text: str) -> Json:
        """The one root entity of a message; a citation belongs to a number in its text."""
        label: Json = {
            "type": "https://schema.org/Message",
            "@type": "Message",
            "@context": "https://schema.org",
            "@id": "",
            "additionalType": ["AIGeneratedContent"],
        }
        cited = [
            _citation(number, source)
            for number, source in enumerate(self.sources, 1)
            if f"[{number}]" in text
        ]
        return label | ({"citation": cited} if cited else {})


def _citation(number: int, source: Source) -> Mapping[str, object]:
    appearance: Json = {
        "@type": "DigitalDocument",
        "name": _cut(source.title, LONGEST_NAME),
        "abstract": _cut(source.section or source.title, LONGEST_ABSTRACT),
    }
    if source.url:
        appearance["url"] = source.url
    return {"@type": "Claim", "position": number, "appearance": appearance}


def _cut(text: str, longest: int) -> str:
    words = " ".join(text.split())
    return words if len(words) <= longest else f"{words[: longest - 1].rstrip()}…"
