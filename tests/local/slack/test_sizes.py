"""Texts and blocks are counted as Slack counts them: bytes, characters, and all of a message."""

import pytest

from tests.local.slack.scene import ALICE, ALICE_DM, GENERAL, Scene


async def own_message(scene: Scene) -> dict[str, str]:
    posted = await scene.call("chat.postMessage", channel=GENERAL, text="x")
    return {"channel": GENERAL, "ts": posted["ts"]}


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("x" * 4_000, True),
        ("x" * 4_001, False),
        ("語" * 1_333, True),  # 3,999 bytes
        ("語" * 1_334, False),  # 4,002
        ("😀" * 1_000, True),
        ("😀" * 1_001, False),
    ],
)
async def test_an_edit_has_four_thousand_bytes(scene: Scene, text: str, *, taken: bool) -> None:
    here = await own_message(scene)
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "x"}}
    for edit in ({"text": text}, {"text": text, "blocks": [section]}):
        answer = await scene.call("chat.update", **here, **edit)
        assert answer.get("error") == (None if taken else "msg_too_long")
    shown = (await scene.sees(ALICE, GENERAL))[0]["text"]
    assert shown == "x"


async def test_an_edit_in_markdown_has_twelve_thousand_characters(scene: Scene) -> None:
    here = await own_message(scene)
    assert (await scene.call("chat.update", **here, markdown_text="語" * 12_000))["ok"]
    refused = await scene.call("chat.update", **here, markdown_text="x" * 12_001)
    assert refused["error"] == "msg_too_long"


async def test_a_post_that_is_too_long_is_cut_and_called_a_success(scene: Scene) -> None:
    whole = await scene.call("chat.postMessage", channel=ALICE_DM, text="語" * 40_000)
    assert "warning" not in whole
    cut = await scene.call("chat.postMessage", channel=ALICE_DM, text="語" * 40_000 + "end")
    assert cut["ok"]
    assert cut["response_metadata"]["warnings"] == ["message_truncated"]
    assert [len(m["text"]) for m in await scene.sees(ALICE, ALICE_DM)] == [40_000, 40_000]


async def test_what_one_person_sees_is_refused_when_it_is_too_long(scene: Scene) -> None:
    refused = await scene.call("chat.postEphemeral", channel=GENERAL, user=ALICE, text="x" * 40_001)
    assert refused["error"] == "msg_too_long"


async def test_all_blocks_of_a_post_count_together(scene: Scene) -> None:
    def sections(characters: int) -> list[dict[str, object]]:
        texts = ["x" * 3_000] * 4 + ["y" * characters]
        return [{"type": "section", "text": {"type": "mrkdwn", "text": t}} for t in texts]

    taken = await scene.call("chat.postMessage", channel=GENERAL, blocks=sections(797))
    assert taken["ok"]
    refused = await scene.call("chat.postMessage", channel=GENERAL, blocks=sections(798))
    assert refused["error"] == "msg_blocks_too_long"
