"""Any call can be made to go wrong: which, how, how often, and whether it was taken."""

import asyncio
import json
from urllib.parse import parse_qs

import aiohttp
import pytest

from tests.local.slack.scene import ALICE, ALICE_DM, GENERAL, TOKEN, Scene

POST = {"channel": ALICE_DM, "text": "x"}


async def texts(scene: Scene, channel: str = ALICE_DM) -> list[str]:
    return [message["text"] for message in await scene.sees(ALICE, channel)]


async def test_the_nth_call_fails_and_those_around_it_do_not(scene: Scene) -> None:
    await scene.act("fault", method="chat.postMessage", error="fatal_error", skip=2, times=2)
    answers = [await scene.call("chat.postMessage", **POST) for _ in range(5)]
    assert [answer.get("error") for answer in answers] == [
        None,
        None,
        "fatal_error",
        "fatal_error",
        None,
    ]
    assert len(await texts(scene)) == 3


@pytest.mark.parametrize(
    ("fault", "status", "pause"),
    [
        ({"error": "ratelimited", "status": 429}, 429, "1"),
        ({"error": "ratelimited", "status": 429, "retry_after": 30}, 429, "30"),
        ({"error": "internal_error", "status": 500}, 500, None),
        ({"error": "service_unavailable", "status": 503}, 503, None),
        ({"error": "restricted_action_read_only_channel"}, 200, None),
    ],
)
async def test_with_any_word_and_status(
    scene: Scene, fault: dict[str, object], status: int, pause: str | None
) -> None:
    await scene.act("fault", method="chat.postMessage", **fault)
    answer = await scene.answered("chat.postMessage", **POST)
    assert answer == (status, pause, {"ok": False, "error": fault["error"]})
    assert await texts(scene) == []


async def test_any_method_at_all(scene: Scene) -> None:
    await scene.act("fault", method="*", error="fatal_error", times=2)
    for method in ("auth.test", "team.info"):
        assert (await scene.call(method))["error"] == "fatal_error"
    assert (await scene.call("auth.test"))["ok"]


async def test_a_call_that_was_taken_and_called_a_failure(scene: Scene) -> None:
    await scene.act(
        "fault", method="chat.postMessage", error="internal_error", status=500, after=True
    )
    status, _, _ = await scene.answered("chat.postMessage", **POST)
    assert status == 500
    assert await texts(scene) == ["x"]


@pytest.mark.parametrize("taken", [True, False])
async def test_a_connection_that_breaks(scene: Scene, *, taken: bool) -> None:
    await scene.act("fault", method="chat.postMessage", broken=True, after=taken)
    with pytest.raises(aiohttp.ClientConnectionError):
        await scene.call("chat.postMessage", **POST)
    assert await texts(scene) == (["x"] if taken else [])
    async with scene.http.get(f"{scene.slack}/double/calls") as answer:
        [call] = (await answer.json())["calls"]
    assert (call["method"], call["answer"]) == ("chat.postMessage", None)
    assert (await scene.call("chat.postMessage", **POST))["ok"]


@pytest.mark.parametrize("taken", [True, False])
async def test_an_answer_that_does_not_come_in_time(scene: Scene, *, taken: bool) -> None:
    await scene.act("fault", method="chat.postMessage", delay=30.0, error="late", after=taken)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    url, patience = f"{scene.slack}/api/chat.postMessage", aiohttp.ClientTimeout(total=0.1)
    with pytest.raises(asyncio.TimeoutError):
        await scene.http.post(url, json=POST, headers=headers, timeout=patience)
    assert await texts(scene) == (["x"] if taken else [])


async def test_a_slow_answer_is_a_good_one(scene: Scene) -> None:
    await scene.act("fault", method="chat.postMessage", delay=0.01)
    assert (await scene.call("chat.postMessage", **POST))["ok"]
    assert await texts(scene) == ["x"]


@pytest.mark.parametrize(
    ("fault", "shown"),
    [
        ({"error": "internal_error", "status": 500}, []),
        ({"error": "internal_error", "status": 500, "after": True}, ["hello"]),
        ({"broken": True}, []),
        ({"broken": True, "after": True}, ["hello"]),
    ],
)
async def test_a_response_url_fails_likewise(
    scene: Scene, fault: dict[str, object], shown: list[str]
) -> None:
    await scene.act("command", user=ALICE, channel=GENERAL, text="x")
    [url] = parse_qs(scene.app.received[0].body)["response_url"]
    await scene.act("fault", method="response_url", **fault)
    try:
        async with scene.http.post(url, json={"text": "hello"}) as answer:
            assert answer.status == 500
            assert json.loads(await answer.text())["error"] == "internal_error"
    except aiohttp.ClientConnectionError:
        assert fault["broken"]
    assert await texts(scene, GENERAL) == shown
    async with scene.http.post(url, json={"text": "again"}) as answer:
        assert (answer.status, await answer.text()) == (200, "ok")


async def test_a_fault_that_there_is_not_is_refused(scene: Scene) -> None:
    refused = await scene.act("fault", method="auth.test", surprise=True)
    assert refused["error"] == "invalid_arguments"
