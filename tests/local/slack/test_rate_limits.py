"""Calls are refused when they are too many for Slack, by method and workspace."""

import pytest

from bizassist.local.slack.web_api.endpoint import METHODS
from bizassist.local.slack.web_api.rate_limits import LIMITS
from tests.local.slack.scene import ADMIN, ALICE, ALICE_DM, GENERAL, TOKEN, Scene
from tests.some import some


async def test_a_channel_takes_a_short_burst_and_then_one_post_a_second(scene: Scene) -> None:
    post = {"channel": GENERAL, "text": "x"}
    for _ in range(5):
        assert (await scene.call("chat.postMessage", **post))["ok"]
    status, pause, body = await scene.answered("chat.postMessage", **post)
    assert (status, body) == (429, {"ok": False, "error": "ratelimited"})
    assert pause is not None
    assert 1 <= int(pause) <= 5
    assert len(await scene.sees(ALICE, GENERAL)) == 5

    # Another channel has a count of its own, whichever way it is named.
    for channel in (ALICE_DM, ALICE, ALICE_DM, ALICE, ALICE_DM):
        assert (await scene.call("chat.postMessage", channel=channel, text="x"))["ok"]
    status, _, _ = await scene.answered("chat.postMessage", channel=ALICE, text="x")
    assert status == 429

    await scene.act("advance", seconds=int(pause))
    assert (await scene.call("chat.postMessage", **post))["ok"]


async def test_a_workspace_takes_fifty_edits_a_minute(scene: Scene) -> None:
    places = []
    for channel in (GENERAL, ALICE_DM):
        posted = await scene.call("chat.postMessage", channel=channel, text="x")
        places.append({"channel": channel, "ts": posted["ts"]})
    for number in range(50):
        answer = await scene.call("chat.update", **places[number % 2], text=f"{number}")
        assert answer["ok"]
    for place in some(places):
        status, pause, _ = await scene.answered("chat.update", **place, text="more")
        assert status == 429
        assert pause is not None
        assert 1 <= int(pause) <= 60
    # Other methods go on.
    assert (await scene.call("chat.delete", **places[0]))["ok"]
    await scene.act("advance", seconds=60)
    assert (await scene.call("chat.update", **places[1], text="more"))["ok"]


@pytest.mark.parametrize(
    ("method", "a_minute"),
    [
        ("chat.update", 50),
        ("chat.delete", 50),
        ("conversations.replies", 50),
        ("chat.startStream", 20),
        ("chat.stopStream", 20),
        ("chat.appendStream", 100),
        ("chat.postEphemeral", 100),
        ("users.info", 100),
    ],
)
async def test_each_method_has_its_tier(scene: Scene, method: str, a_minute: int) -> None:
    for _ in some(range(a_minute)):
        status, _, _ = await scene.answered(method)
        assert status == 200
    status, _, _ = await scene.answered(method)
    assert status == 429


def test_no_method_is_without_a_limit() -> None:
    assert LIMITS.keys() == METHODS.keys()


async def test_who_may_not_call_uses_nothing_up(scene: Scene) -> None:
    for _ in range(60):
        assert (await scene.call("team.info", token="xoxb-other"))["error"] == "invalid_auth"
    assert (await scene.call("team.info"))["ok"]


async def test_a_test_may_set_other_limits_or_none(scene: Scene) -> None:
    await scene.act("rate-limits", method="team.info", limits=[{"calls": 1, "seconds": 30}])
    assert (await scene.call("team.info"))["ok"]
    status, pause, _ = await scene.answered("team.info")
    assert (status, pause) == (429, "30")
    await scene.act("rate-limits", on=False)
    assert (await scene.call("team.info"))["ok"]
    for limits in ([{"calls": 1, "every": 2}], [{"calls": 0}], None):
        refused = await scene.act("rate-limits", method="team.info", limits=limits)
        assert refused["error"] == "invalid_arguments"


async def test_a_refused_call_is_written_down_without_its_token(scene: Scene) -> None:
    await scene.act("rate-limits", method="users.info", limits=[{"calls": 1}])
    url = f"{scene.slack}/api/users.info"
    for status in (200, 429):
        async with scene.http.post(url, data={"token": TOKEN, "user": ADMIN}) as answer:
            assert answer.status == status
    async with scene.http.get(f"{scene.slack}/double/calls") as answer:
        _, call = (await answer.json())["calls"]
    assert call["arguments"] == {"user": ADMIN}
    assert call["answer"]["error"] == "ratelimited"
