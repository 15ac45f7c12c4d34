"""AgentCore lists what was saved a little later: nobody may notice."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from agent.memory.access.recent_writes import RecentWrites
from tests.agent.aws_requests import AwsRequests, Sent, aws_requests
from tests.agent.local_agent import Cloud, ask, ask_and_approve, thread

__all__ = ["aws_requests"]


def listing(sent: Sent) -> bool:
    return "/sessions/" in sent.path or sent.path.endswith("/sessions")


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Person:
    """One person's client of memory, as the agent has it, and one session."""

    def __init__(self, cloud: Cloud, recent_writes: RecentWrites, actor: str = "") -> None:
        self.client: Any = boto3.client("bedrock-agentcore")
        recent_writes.watch(self.client)
        self.who = {
            "memoryId": cloud.parameters["memory_id"],
            "actorId": actor or f"late-{uuid.uuid4().hex[:8]}",
        }
        self.session = thread()

    def save(self, text: str, minutes: int = 0, **options: Any) -> str:
        at = datetime.now(UTC) - timedelta(minutes=minutes)
        saved = self.client.create_event(
            **self.who,
            sessionId=self.session,
            eventTimestamp=at,
            payload=[{"blob": text}],
            **options,
        )
        return str(saved["event"]["eventId"])

    def listed(self, **options: Any) -> list[str]:
        found = self.client.list_events(**self.who, sessionId=self.session, **options)
        return [event["payload"][0]["blob"] for event in found["events"]]


async def test_a_question_that_follows_at_once_knows_what_came_before(
    runtime: str, cloud: Cloud, aws_requests: AwsRequests
) -> None:
    aws_requests.late = listing
    token, session = cloud.tokens["alice"], thread()
    await ask(runtime, token, "Is LAPTOP-2024-001 under warranty?", session)
    follow_up = await ask(runtime, token, "And PHONE-2021-007?", session)
    earlier = await ask(runtime, token, "What did I ask?", session)

    assert "**PHONE-2021-007** is **expired**" in follow_up.text
    asked = [line.removeprefix("- ") for line in earlier.text.splitlines() if line.startswith("-")]
    assert asked == ["Is LAPTOP-2024-001 under warranty?", "And PHONE-2021-007?"]


async def test_what_is_not_listed_yet_is_nobody_elses_and_no_other_conversations(
    runtime: str, cloud: Cloud, aws_requests: AwsRequests
) -> None:
    aws_requests.late = listing
    session = thread()
    await ask(runtime, cloud.tokens["alice"], "Is LAPTOP-2024-001 under warranty?", session)
    his = await ask(runtime, cloud.tokens["admin"], "What did I ask?", session)
    other = await ask(runtime, cloud.tokens["alice"], "What did I ask?")

    assert "first thing you wrote" in his.text
    assert "first thing you wrote" in other.text


async def test_a_pause_holds_from_the_moment_it_is_said(
    runtime: str, cloud: Cloud, aws_requests: AwsRequests
) -> None:
    aws_requests.late = listing
    token = cloud.tokens["alice"]
    try:
        await ask_and_approve(runtime, token, "Pause memory")
        told = await ask(runtime, token, "Remember that my boat is named Late.")
    finally:
        resumed = await ask_and_approve(runtime, token, "Resume memory")

    assert "won't remember it afterwards" in told.text
    assert resumed.text.startswith("Memory is on again")


async def test_what_was_just_said_is_forgotten_although_it_is_not_listed_yet(
    runtime: str, cloud: Cloud, aws_requests: AwsRequests
) -> None:
    token, session, word = cloud.tokens["alice"], thread(), f"w{uuid.uuid4().hex[:6]}"
    aws_requests.late = listing
    aws_requests.deny = lambda sent: "BatchCreate" in sent.path  # nothing is extracted in time
    await ask(runtime, token, f"Remember that my canoe is named {word}.", session)
    forgotten = await ask_and_approve(runtime, token, f"Forget that my canoe is named {word}")
    after = await ask(runtime, token, "What did I ask?", session)
    aws_requests.late = lambda _: False
    client: Any = boto3.client("bedrock-agentcore")
    kept = client.list_events(
        memoryId=cloud.parameters["memory_id"],
        actorId=cloud.subjects["alice"],
        sessionId=session,
    )

    assert forgotten.text.startswith("I have forgotten it: ")
    assert word not in after.text
    assert word not in str(kept["events"])


def test_it_stands_where_a_listing_would_have_it(cloud: Cloud, aws_requests: AwsRequests) -> None:
    one = Person(cloud, RecentWrites())
    one.save("oldest", minutes=3)
    one.save("newest")
    one.save("between", minutes=1)
    assert one.listed() == ["newest", "between", "oldest"]

    aws_requests.late = listing
    assert one.listed() == ["newest", "between", "oldest"]
    assert one.client.list_sessions(**one.who)["sessionSummaries"][0]["sessionId"] == one.session


def test_what_is_deleted_does_not_come_back(cloud: Cloud, aws_requests: AwsRequests) -> None:
    one = Person(cloud, RecentWrites())
    event = one.save("gone")
    one.client.delete_event(**one.who, sessionId=one.session, eventId=event)
    aws_requests.late = listing

    assert one.listed() == []


def test_after_a_minute_the_listing_is_believed(cloud: Cloud, aws_requests: AwsRequests) -> None:
    clock = Clock()
    one = Person(cloud, RecentWrites(clock))
    one.save("deleted elsewhere")
    aws_requests.late = listing
    clock.now = 59
    assert one.listed() == ["deleted elsewhere"]
    clock.now = 61
    assert one.listed() == []


@pytest.mark.parametrize(("kind", "found"), [("a", ["state"]), ("b", [])])
def test_a_filter_is_kept(
    cloud: Cloud, aws_requests: AwsRequests, kind: str, found: list[str]
) -> None:
    one = Person(cloud, RecentWrites())
    one.save("state", metadata={"stateType": {"stringValue": "a"}})
    one.save("message")
    aws_requests.late = listing
    wanted = {
        "left": {"metadataKey": "stateType"},
        "operator": "EQUALS_TO",
        "right": {"metadataValue": {"stringValue": kind}},
    }

    assert one.listed(filter={"eventMetadata": [wanted]}) == found
    assert one.listed(filter={"branch": {"name": "x"}}) == []


def test_it_is_added_to_no_page_but_its_own(cloud: Cloud) -> None:
    one = Person(cloud, RecentWrites())
    for place in range(5):
        one.save(str(place), minutes=place)
    first = one.client.list_events(**one.who, sessionId=one.session, maxResults=2)
    texts = [event["payload"][0]["blob"] for event in first["events"]]
    rest = one.listed(nextToken=first["nextToken"])

    assert texts + rest == ["0", "1", "2", "3", "4"]


def test_there_is_an_end_to_what_is_kept(cloud: Cloud, aws_requests: AwsRequests) -> None:
    one = Person(cloud, RecentWrites())
    for place in range(103):
        one.save(str(place))
    aws_requests.late = listing

    assert len(one.listed()) == 100
