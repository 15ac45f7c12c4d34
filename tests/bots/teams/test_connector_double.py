"""The Bot Connector's double refuses what Teams refuses, with its codes."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer

from tests.bots.teams.connector import (
    ALICE,
    BOT,
    GROUP,
    LONGEST,
    PERSONAL,
    TENANT,
    TOKEN,
    Connector,
)
from tests.bots.teams.connector_faults import CODES, Fault

MESSAGE = {"type": "message", "text": "hello", "textFormat": "plain"}


@dataclass
class Teams:
    """Calls the double as a bot does."""

    connector: Connector
    http: Any

    async def call(
        self, method: str, path: str, body: object = None, token: str = TOKEN
    ) -> tuple[int, dict[str, Any]]:
        headers = {"Authorization": f"Bearer {token}"}
        url = f"/teams/v3/conversations{path}"
        async with self.http.request(method, url, json=body, headers=headers) as answer:
            text = await answer.text()
            self.pause = answer.headers.get("Retry-After")
            return answer.status, json.loads(text) if text else {}

    async def post(
        self, activity: object = None, where: str = PERSONAL
    ) -> tuple[int, dict[str, Any]]:
        return await self.call("POST", f"/{where}/activities", activity or MESSAGE)

    async def stream(
        self, text: str, sequence: int | None, stream: str = "", where: str = PERSONAL, **more: Any
    ) -> tuple[int, dict[str, Any]]:
        final = sequence is None
        info = {"type": "streaminfo", "streamType": "final" if final else "streaming"}
        numbered = {} if final else {"streamSequence": sequence}
        named = {"streamId": stream} if stream else {}
        kind = more.pop("streamType", None)
        info |= numbered | named | ({"streamType": kind} if kind else {})
        activity = {"type": "message" if final else "typing", "text": text, "entities": [info]}
        activity |= {"textFormat": "markdown"}
        return await self.post(activity | more, where)

    async def open(self) -> tuple[int, dict[str, Any]]:
        asked = {
            "bot": BOT,
            "isGroup": False,
            "members": [ALICE],
            "channelData": {"tenant": {"id": TENANT}},
        }
        return await self.call("POST", "", asked)


@pytest.fixture
async def teams() -> AsyncIterator[Teams]:
    connector = Connector()
    async with TestClient(TestServer(connector.application())) as http:
        yield Teams(connector, http)


def code(answer: tuple[int, dict[str, Any]]) -> str:
    status, body = answer
    assert status == CODES[body["error"]["code"]][0]
    return str(body["error"]["code"])


async def test_a_message_is_posted_edited_and_deleted(teams: Teams) -> None:
    status, body = await teams.post()
    assert status == 201
    place = f"/{PERSONAL}/activities/{body['id']}"
    assert (await teams.call("PUT", place, MESSAGE | {"text": "bye"}))[0] == 200
    assert teams.connector.only(PERSONAL) == ["hello", "bye"]
    assert (await teams.call("DELETE", place))[0] == 200
    for method in ("PUT", "DELETE"):
        gone = await teams.call(method, place, MESSAGE)
        assert code(gone) == "ActivityNotFoundInConversation"


async def test_who_has_no_token_gets_nothing(teams: Teams) -> None:
    refused = await teams.call("POST", f"/{PERSONAL}/activities", MESSAGE, token="other")
    assert code(refused) == "Unauthorized"
    assert teams.connector.texts(PERSONAL) == []


@pytest.mark.parametrize(
    ("activity", "word"),
    [
        ({"type": "message"}, "BadSyntax"),
        ({"type": "typing", "text": "x"}, "BadSyntax"),
        ({"type": "message", "text": "x", "textFormat": "extendedmarkdown"}, "BadArgument"),
    ],
)
async def test_what_is_no_message_is_refused(
    teams: Teams, activity: dict[str, Any], word: str
) -> None:
    assert code(await teams.post(activity)) == word


async def test_a_message_has_a_hundred_kilobytes_of_utf_16(teams: Teams) -> None:
    around = len(json.dumps(MESSAGE | {"text": ""}))
    fits = LONGEST // 2 - around
    assert (await teams.post(MESSAGE | {"text": "x" * fits}))[0] == 201
    assert code(await teams.post(MESSAGE | {"text": "x" * (fits + 1)})) == "MessageSizeTooBig"
    # Cards count too.
    card = [{"contentType": "application/vnd.microsoft.card.hero", "content": {"text": "x" * fits}}]
    assert code(await teams.post(MESSAGE | {"attachments": card})) == "MessageSizeTooBig"


@pytest.mark.parametrize(
    "word",
    [
        "ConversationBlockedByUser",
        "BotNotInConversationRoster",
        "BotDisabledByAdmin",
        "NotEnoughPermissions",
        "ConversationNotFound",
    ],
)
async def test_a_conversation_that_is_closed(teams: Teams, word: str) -> None:
    _, body = await teams.post(where=GROUP)
    teams.connector.closed[GROUP] = word
    assert code(await teams.post(where=GROUP)) == word
    edit = await teams.call("PUT", f"/{GROUP}/activities/{body['id']}", MESSAGE)
    assert code(edit) == word
    assert len(teams.connector.texts(GROUP)) == 1
    assert (await teams.post())[0] == 201


async def test_an_uninstalled_app_is_told_so_in_a_word_inside_a_text(teams: Teams) -> None:
    teams.connector.closed[PERSONAL] = "MessageWritesBlocked"
    status, body = await teams.post()
    assert (status, body["errorCode"]) == (403, 209)
    assert json.loads(body["message"])["subCode"] == "MessageWritesBlocked"
    status, body = await teams.open()
    assert (status, body["errorCode"]) == (403, 209)


async def test_a_personal_chat_needs_an_installation(teams: Teams) -> None:
    assert await teams.open() == (201, {"id": PERSONAL})
    teams.connector.installed = False
    assert code(await teams.open()) == "ForbiddenOperationException"


async def test_a_chat_that_there_is_not(teams: Teams) -> None:
    assert code(await teams.post(where="19:other@thread.v2")) == "ConversationNotFound"


async def test_a_conversation_takes_seven_calls_at_once(teams: Teams) -> None:
    for _ in range(7):
        assert (await teams.post())[0] == 201
    assert code(await teams.post()) == "Throttled"
    assert teams.pause == "1"
    # Another conversation has a count of its own; edits are counted like posts.
    assert (await teams.post(where=GROUP))[0] == 201
    edit = await teams.call("PUT", f"/{PERSONAL}/activities/1:1", MESSAGE)
    assert code(edit) == "Throttled"
    teams.connector.advance(1)
    assert (await teams.post())[0] == 201
    assert code(await teams.post()) == "Throttled"  # eight within two seconds


async def test_it_takes_sixty_in_half_a_minute(teams: Teams) -> None:
    for _ in range(60):
        assert (await teams.post())[0] == 201
        teams.connector.advance(0.4)
    assert code(await teams.post()) == "Throttled"
    assert int(teams.pause or 0) > 1
    teams.connector.advance(30)
    assert (await teams.post())[0] == 201


async def test_new_conversations_are_limited_too(teams: Teams) -> None:
    for _ in range(7):
        assert (await teams.open())[0] == 201
    assert code(await teams.open()) == "Throttled"


async def test_the_nth_call_fails(teams: Teams) -> None:
    teams.connector.faults = [Fault("POST", "PreconditionFailed", skip=1, times=2)]
    answers = [await teams.post() for _ in range(4)]
    assert [status for status, _ in answers] == [201, 412, 412, 201]
    assert len(teams.connector.texts(PERSONAL)) == 2


@pytest.mark.parametrize("word", list(CODES))
async def test_with_any_code(teams: Teams, word: str) -> None:
    teams.connector.faults = [Fault("PUT", word, retry_after=45)]
    _, body = await teams.post()
    status, _ = await teams.call("PUT", f"/{PERSONAL}/activities/{body['id']}", MESSAGE)
    assert (status, teams.pause) == (CODES[word][0], "45")
    assert [status for _, status, _ in teams.connector.calls] == [201, CODES[word][0]]


async def test_opening_a_chat_fails_by_itself(teams: Teams) -> None:
    teams.connector.faults = [Fault("OPEN", "ServiceUnavailable")]
    assert (await teams.post())[0] == 201
    assert code(await teams.open()) == "ServiceUnavailable"
    assert (await teams.open())[0] == 201


@pytest.mark.parametrize("taken", [True, False])
async def test_an_answer_that_is_lost(teams: Teams, *, taken: bool) -> None:
    teams.connector.faults = [Fault("POST", broken=True, taken=taken)]
    with pytest.raises(aiohttp.ClientConnectionError):
        await teams.post()
    assert teams.connector.texts(PERSONAL) == (["hello"] if taken else [])
    assert [status for _, status, _ in teams.connector.calls] == [0]


async def test_a_failure_after_the_message_was_taken(teams: Teams) -> None:
    teams.connector.faults = [Fault("POST", "BadGateway", taken=True)]
    assert (await teams.post())[0] == 502
    assert teams.connector.texts(PERSONAL) == ["hello"]


async def test_a_success_that_says_no_id(teams: Teams) -> None:
    teams.connector.faults = [Fault("POST", "", taken=True)]
    assert await teams.post() == (202, {})
    assert teams.connector.texts(PERSONAL) == ["hello"]


async def test_an_answer_that_does_not_come_in_time(teams: Teams) -> None:
    teams.connector.faults = [Fault("POST", delay=30, taken=True)]
    headers = {"Authorization": f"Bearer {TOKEN}"}
    url = f"/teams/v3/conversations/{PERSONAL}/activities"
    with pytest.raises(TimeoutError):
        await teams.http.post(
            url, json=MESSAGE, headers=headers, timeout=aiohttp.ClientTimeout(total=0.1)
        )
    assert teams.connector.texts(PERSONAL) == ["hello"]


class TestAStream:
    async def test_it_begins_with_an_id_and_goes_on_without(self, teams: Teams) -> None:
        status, body = await teams.stream("Looking", 1, streamType="informative")
        assert status == 201
        for sequence, text in ((2, "It "), (3, "It is "), (None, "It is active.")):
            teams.connector.advance(1)
            assert await teams.stream(text, sequence, body["id"]) == (202, {})
        assert teams.connector.only(PERSONAL) == ["Looking", "It ", "It is ", "It is active."]
        teams.connector.advance(1)
        assert (await self.refused(teams, "more", 4, body["id"])).endswith(
            "completed streamed message"
        )

    async def test_only_in_a_personal_chat(self, teams: Teams) -> None:
        status, body = await teams.stream("x", 1, where=GROUP)
        assert (status, body["error"]["code"]) == (403, "ContentStreamNotAllowed")
        teams.connector.streaming = False
        assert (await teams.stream("x", 1))[0] == 403

    async def test_one_at_a_time(self, teams: Teams) -> None:
        assert (await teams.stream("x", 1))[0] == 201
        assert (await teams.stream("x", 1))[0] == 403
        teams.connector.advance(120)
        assert (await teams.stream("x", 1))[0] == 201

    async def test_once_a_second(self, teams: Teams) -> None:
        _, body = await teams.stream("x", 1)
        assert (await teams.stream("x y", 2, body["id"]))[0] == 403
        teams.connector.advance(1)
        assert (await teams.stream("x y", 2, body["id"]))[0] == 202

    async def test_for_two_minutes(self, teams: Teams) -> None:
        _, body = await teams.stream("x", 1)
        teams.connector.advance(120)
        assert "exceeded streaming time" in await self.refused(teams, "x y", 2, body["id"])
        assert (await teams.stream("x y", None, body["id"]))[0] == 403

    async def test_each_text_holds_the_one_before(self, teams: Teams) -> None:
        _, body = await teams.stream("It is", 1)
        teams.connector.advance(1)
        said = await self.refused(teams, " active", 2, body["id"])
        assert said == "Request streamed content should contain the previously streamed content"

    async def test_what_comes_out_of_order_is_dropped(self, teams: Teams) -> None:
        _, body = await teams.stream("a", 1)
        for sequence, text in ((3, "a b c"), (2, "a b")):
            teams.connector.advance(1)
            assert (await teams.stream(text, sequence, body["id"]))[0] == 202
        assert teams.connector.only(PERSONAL) == ["a", "a b c"]

    @pytest.mark.parametrize(
        ("text", "sequence", "more"),
        [
            ("", 1, {}),
            ("x", 2, {}),
            ("x" * 1_001, 1, {"streamType": "informative"}),
            ("x", 1, {"streamType": "other"}),
            ("x", 1, {"attachments": [{"contentType": "text/html"}]}),
        ],
    )
    async def test_what_a_stream_cannot_begin_with(
        self, teams: Teams, text: str, sequence: int, more: dict[str, Any]
    ) -> None:
        assert (await teams.stream(text, sequence, **more))[0] == 400
        assert teams.connector.texts(PERSONAL) == []

    async def test_the_final_message_has_no_number(self, teams: Teams) -> None:
        _, body = await teams.stream("x", 1)
        teams.connector.advance(1)
        numbered = {"type": "message", "streamType": "final"}
        assert (await teams.stream("x", 2, body["id"], **numbered))[0] == 400
        assert (await teams.stream("x", 2, "1:404"))[0] == 400

    @staticmethod
    async def refused(teams: Teams, text: str, sequence: int, stream: str) -> str:
        status, body = await teams.stream(text, sequence, stream)
        assert (status, body["error"]["code"]) == (403, "ContentStreamNotAllowed")
        return str(body["error"]["message"])
