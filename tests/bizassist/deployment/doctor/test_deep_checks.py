"""``bizassist doctor --deep`` in an account: what it says of what AWS may answer."""

import asyncio
import re
import time
from collections.abc import AsyncGenerator, Iterator
from typing import Any, cast

import httpx
import pytest
from ag_ui.core import BaseEvent, RunStartedEvent, TextMessageContentEvent
from botocore.exceptions import ClientError

from bizassist.deployment.deep_checks.log_streams import AgentLog
from bizassist.deployment.deep_checks.memory_fence import MemoryFence
from bizassist.deployment.deep_checks.new_session import NewSession
from bots.errors import RuntimeUnavailable, TokenRefused
from bots.runtime import Runtime
from identity.executor import Executor
from identity.memory.person_credentials import MemoryRole

GROUP = "/aws/bedrock-agentcore/runtimes/bizassist-0123456789-DEFAULT"


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "hunter2"}}, "Call")


@pytest.fixture
def call() -> Iterator[Executor]:
    executor = Executor(1)
    yield executor
    executor.close()


class Memory:
    """Memory of an account as one of its callers sees it."""

    def __init__(self, *denied: str) -> None:
        self.denied = denied
        self.records: list[str] = []

    def batch_create_memory_records(self, **given: Any) -> Any:
        self.records.append("r1")
        return {"successfulRecords": [{"memoryRecordId": "r1"} for _ in given["records"]]}

    def delete_memory_record(self, **given: Any) -> None:
        self.records.remove(given["memoryRecordId"])

    def list_memory_records(self, **given: Any) -> None:
        self._judge("namespacePath" if "namespacePath" in given else "namespace")

    def get_memory_record(self, **given: Any) -> None:
        self._judge("get" if "namespace" in given else "get by id alone")

    def _judge(self, call: str) -> None:
        if call in self.denied:
            raise refusal("AccessDeniedException")


class Role:
    """The memory role: the first client is the owner's, the second a stranger's."""

    def __init__(self, *clients: Memory | ClientError) -> None:
        self._clients = iter(clients)

    def client(self, _: str) -> Memory:
        made = next(self._clients)
        if isinstance(made, ClientError):
            raise made
        return made


LISTS = ("namespace", "namespacePath")


@pytest.mark.parametrize(
    ("denied", "state", "said"),
    [
        ((*LISTS, "get", "get by id alone"), "working", "nor one of them be read"),
        ((*LISTS, "get"), "working", "rests on our code alone"),
        (LISTS, "working", "rests on our code alone"),
        (("namespace",), "broken", "listing all below the first one's name was allowed"),
        ((), "broken", "listing the first one's memories was allowed"),
    ],
)
async def test_the_fence_is_judged_by_what_a_stranger_may(
    denied: tuple[str, ...], state: str, said: str, call: Executor
) -> None:
    here = Memory()
    role = cast("MemoryRole", Role(Memory(), Memory(*denied)))

    found = await MemoryFence(cast("Any", here), "m", role, call, judged=True).ask()

    assert found.state == state
    assert said in found.sentence
    assert here.records == [], "the record is taken away again"


async def test_a_shell_that_may_not_be_anybody_is_told_how(call: Executor) -> None:
    role = cast("MemoryRole", Role(refusal("AccessDenied")))
    found = await MemoryFence(cast("Any", Memory()), "m", role, call, judged=True).ask()
    assert found.state == "absent"
    assert "`memory_readers`" in found.sentence


async def test_an_owner_who_is_denied_is_broken_and_leaves_nothing(call: Executor) -> None:
    here = Memory()
    role = cast("MemoryRole", Role(Memory("namespace"), Memory()))
    with pytest.raises(ClientError):  # the doctor says that the check failed
        await MemoryFence(cast("Any", here), "m", role, call, judged=True).ask()
    assert here.records == []


class Logs:
    """CloudWatch Logs with one group."""

    def __init__(self, age: float | None, days: int | None, *, there: bool = True) -> None:
        self._age, self._days, self._there = age, days, there

    def describe_log_streams(self, **_: Any) -> Any:
        if not self._there:
            raise refusal("ResourceNotFoundException")
        if self._age is None:
            return {"logStreams": []}
        return {"logStreams": [{"creationTime": (time.time() - self._age) * 1000}]}

    def describe_log_groups(self, **_: Any) -> Any:
        return {"logGroups": [{"retentionInDays": self._days} if self._days else {}]}


@pytest.mark.parametrize(
    ("logs", "state", "said"),
    [
        (Logs(60, 90), "working", "New streams arrive, and are kept for 90 days."),
        (Logs(60, None), "broken", "kept for ever"),
        (Logs(None, 90), "broken", "has no stream"),
        (Logs(7200, 90), "broken", "120 minutes old"),
        (Logs(60, 90, there=False), "broken", "isn't there: ask a question, then deploy again"),
    ],
)
async def test_the_agents_log_is_looked_at(
    logs: Logs, state: str, said: str, call: Executor
) -> None:
    found = await AgentLog(logs, GROUP, call).ask()
    assert found.state == state
    assert said in found.sentence


class Session(Runtime):
    """A runtime whose run does what a test says once its session is stopped."""

    def __init__(self, *, refuses: bool = False, goes_on: bool = False) -> None:
        super().__init__(httpx.AsyncClient(), "https://runtime.example", "arn")
        self._refuses, self._goes_on = refuses, goes_on
        self._stopped = False

    async def invoke(self, *_: Any, **__: Any) -> AsyncGenerator[BaseEvent]:
        yield RunStartedEvent(thread_id="t", run_id="r")
        while self._goes_on or not self._stopped:
            yield TextMessageContentEvent(message_id="m", delta="one")
            await asyncio.sleep(0)
        raise RuntimeUnavailable("the session ended")

    async def stop_session(self, session: str, token: str) -> None:
        assert (len(session) >= 33, token) == (True, "token")
        if self._refuses:
            raise TokenRefused
        self._stopped = True


@pytest.mark.parametrize(
    ("runtime", "state", "said"),
    [
        (Session(), "working", "The run ended with its session."),
        (Session(refuses=True), "broken", "A stop with a person's token is refused."),
        (Session(goes_on=True), "broken", "The stop was taken, but the run goes on."),
    ],
)
async def test_a_stop_is_judged_by_the_run(
    runtime: Session, state: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if state == "broken":
        monkeypatch.setattr("bizassist.deployment.deep_checks.new_session.STOP_SECONDS", 0.0)
    found = await NewSession(runtime, "token").stop()
    assert (found.state, found.sentence) == (state, said)


async def test_nobody_signed_in_is_nothing_asked() -> None:
    new = NewSession(Session(), None)
    assert {(await new.stop()).state, (await new.first_words()).state} == {"absent"}


async def test_a_new_sessions_first_words_are_timed() -> None:
    found = await NewSession(Session(), "token").first_words()
    assert re.fullmatch(
        r"First event after \d+\.\d s, first words after \d+\.\d s\.", found.sentence
    )
