"""Plays the three memory strategies: turns what people said into long-term records, by rules."""

import asyncio
import json
import logging
import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from agent.memory.text_matching import content_words, matcher

logger = logging.getLogger(__name__)

FACT = re.compile(
    r"^(?:please )?(?:remember|note|don't forget|keep in mind)(?: that)?[\s,:]+(?P<told>.+)$|"
    r"^(?P<said>(?:my [\w' -]{2,40}? (?:is|are)|i (?:am|work|live)|i'm) .+)$",
    re.IGNORECASE,
)
PREFERENCE = re.compile(
    r"\b(?:i(?:'d| would)? (?:always |usually )?(?:prefer|like|want)\b(?! to\b| you\b)|call me\b)",
    re.IGNORECASE,
)
COMMON = frozenset(
    """
    again all any can check could did does find get give good hello hi know like look may me memory
    much need ok please remember reply say see should show sure tell thank thanks very want whether
    will would yes
    """.split()  # noqa: SIM905 - as a list of quoted words it reads worse
)
WORD = re.compile(r"\w[\w-]*")
SUMMARISED, LONGEST_TOPIC = 5, 60
LONGEST = 500
READ_TO = "read_to"
"""Metadata of a session's summary: the last event it covers, so that nothing is read twice."""

SKIPPED = {"stringValue": "paused"}
"""The agent's mark on events saved with ``extractionMode`` SKIP, which no listing shows."""


class Extractor:
    """Reads a session's new events and writes records where the memory's strategies would."""

    def __init__(self, memory_id: str) -> None:
        self._memory_id = memory_id
        self._client = boto3.client("bedrock-agentcore")
        self._one_at_a_time = asyncio.Lock()

    async def session_ended(self, actor: str, session: str) -> None:
        """Extract after a run; what fails is tried again after the next one."""
        try:
            async with self._one_at_a_time:
                await asyncio.to_thread(self.extract, actor, session)
        except (BotoCoreError, ClientError) as error:
            logger.warning("memory extraction failed: %s", type(error).__name__)

    def extract(self, actor: str, session: str) -> None:
        """Write what the person's new sentences say, and the session's summary anew."""
        listed = self._client.list_events(
            memoryId=self._memory_id, actorId=actor, sessionId=session, maxResults=100
        )["events"]
        events = [event for event in listed if event.get("metadata", {}).get("memory") != SKIPPED]
        summaries = f"/people/{actor}/summaries/{session}/"
        summary = next(iter(self._records(summaries)), None)
        new = [event for event in reversed(events) if _key(event) > _read_to(summary)]
        if not new:
            return
        said = [told for event in new for one in sentences(event) if (told := statement_of(one))]
        liked = [text for text in said if PREFERENCE.search(text)]
        self._remember(f"/people/{actor}/preferences/", liked)
        self._remember(f"/people/{actor}/facts/", [text for text in said if text not in liked])
        topics = [topic for event in reversed(events) for topic in topics_of(event)]
        if len(topics) > 1:
            self._summarise(summaries, summary, topics, _key(new[-1]))

    def _records(self, namespace: str) -> list[Any]:
        found = self._client.list_memory_records(
            memoryId=self._memory_id, namespace=namespace, maxResults=100
        )
        return found["memoryRecordSummaries"]

    def _remember(self, namespace: str, texts: list[str]) -> None:
        known = [record["content"]["text"] for record in self._records(namespace)] if texts else []
        new: list[str] = []
        for text in texts:  # one fact once, whatever its capitals and small words
            if not any(matcher(text)(other) for other in [*known, *new]):
                new.append(text)
        if new:
            records = [_record(namespace, text) for text in new]
            self._client.batch_create_memory_records(memoryId=self._memory_id, records=records)

    def _summarise(self, namespace: str, summary: Any, topics: list[str], read_to: str) -> None:
        told = "; ".join(list(dict.fromkeys(topics))[-SUMMARISED:])
        record = _record(namespace, told, {READ_TO: {"stringValue": read_to}})
        if summary is None:
            self._client.batch_create_memory_records(memoryId=self._memory_id, records=[record])
            return
        del record["requestIdentifier"]
        record["memoryRecordId"] = summary["memoryRecordId"]
        self._client.batch_update_memory_records(memoryId=self._memory_id, records=[record])


def statement_of(sentence: str) -> str | None:
    """What a sentence tells about its writer, if it does; a question tells nothing."""
    if sentence.endswith("?"):
        return None
    told = FACT.match(sentence)
    if told is None:
        return sentence if PREFERENCE.search(sentence) else None
    text = (told["told"] or told["said"]).strip()
    return text[:1].upper() + text[1:]


def topics_of(event: Any) -> Iterator[str]:
    """What each question of an event is about: its words that say something, as they stand."""
    for sentence in sentences(event):
        said = content_words(sentence) - COMMON
        words = [word for word in WORD.findall(sentence) if content_words(word) & said]
        if len(words) > 1 and not statement_of(sentence):
            topic = " ".join(dict.fromkeys(words))[:LONGEST_TOPIC]
            yield topic[:1].upper() + topic[1:]


def sentences(event: Any) -> Iterator[str]:
    """What the person said in an event, sentence by sentence."""
    for text in user_texts(event):
        for sentence in re.split(r"(?<=[.!?])\s+|\n+", text):
            if sentence.strip():
                yield sentence.strip()[:LONGEST]


def user_texts(event: Any) -> Iterator[str]:
    """The person's own words in an event: never what a tool or the assistant said."""
    for item in event.get("payload", []):
        conversational = item.get("conversational", {})
        if conversational.get("role") != "USER":
            continue
        text = conversational["content"]["text"]
        try:
            blocks = json.loads(text)["message"]["content"]
        except (ValueError, KeyError, TypeError):
            blocks = [{"text": text}]
        yield from (block["text"] for block in blocks if "text" in block)


def _record(namespace: str, text: str, metadata: Any = None) -> Any:
    return {
        "requestIdentifier": uuid.uuid4().hex,
        "namespaces": [namespace],
        "content": {"text": text},
        "timestamp": datetime.now(UTC),
        **({"metadata": metadata} if metadata else {}),
    }


def _key(event: Any) -> str:
    return f"{event['eventTimestamp'].timestamp():017.6f}"


def _read_to(summary: Any) -> str:
    value: dict[str, str] = (summary or {}).get("metadata", {}).get(READ_TO, {})
    return value.get("stringValue", "")
