"""The page shows one person what Slack would show them, without scripts and without theirs."""

import asyncio
import os
import signal
import sys

import aiohttp
import pytest

from bizassist.local.slack.page import markup
from tests.local.slack.scene import ADMIN, ALICE, ALICE_DM, GENERAL, Scene
from tests.ports import free_port


async def page(scene: Scene, user: str = ALICE, channel: str = GENERAL, path: str = "/") -> str:
    query = {"as": user, "in": channel}
    async with scene.http.get(scene.slack + path, params=query) as answer:
        assert answer.status == 200
        return await answer.text()


async def say(scene: Scene, text: str, user: str = ALICE, channel: str = GENERAL) -> int:
    form = {"as": user, "in": channel, "text": text, "thread": ""}
    url = f"{scene.slack}/say"
    async with scene.http.post(url, data=form, allow_redirects=False) as answer:
        return answer.status


async def test_a_form_posts_a_message_and_returns_to_the_page(scene: Scene) -> None:
    assert await say(scene, "hello everybody") == 303
    assert "hello everybody" in await page(scene)
    assert "hello everybody" in await page(scene, ADMIN)
    assert "hello everybody" not in await page(scene, ALICE, ALICE_DM)


async def test_a_form_sends_a_command(scene: Scene) -> None:
    await say(scene, "/bizassist What is new?")
    assert "text=What+is+new%3F" in scene.app.received[0].body
    await say(scene, "/remind me")
    assert len(scene.app.received) == 1
    assert "is not a valid command" in await page(scene)
    assert "is not a valid command" not in await page(scene, ADMIN)


async def test_what_is_private_is_marked_and_shown_to_one(scene: Scene) -> None:
    await scene.call("chat.postEphemeral", channel=GENERAL, user=ALICE, text="psst")
    shown = await page(scene)
    assert "Only visible to you" in shown
    assert "psst" in shown
    assert "psst" not in await page(scene, ADMIN)


async def test_a_button_is_a_link_that_opens_elsewhere(scene: Scene) -> None:
    text = {"type": "plain_text", "text": "Sign <in>"}
    button = {"type": "button", "text": text, "url": "https://e.com/?a=1&b=2"}
    blocks = [{"type": "actions", "elements": [button]}]
    await scene.call("chat.postMessage", channel=GENERAL, text="x", blocks=blocks)
    shown = await page(scene)
    assert 'href="https://e.com/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer"' in shown
    assert "Sign &lt;in&gt;" in shown


async def test_nothing_that_is_written_acts_in_the_page(scene: Scene) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)> [x](javascript:alert(1))"
    await say(scene, evil)
    await scene.call("chat.postMessage", channel=GENERAL, text=evil)
    await scene.call("chat.postMessage", channel=GENERAL, markdown_text=evil)
    shown = await page(scene, path="/messages")
    assert "<script" not in shown
    assert "<img" not in shown
    assert 'href="javascript' not in shown


async def test_it_runs_no_scripts_but_its_own(scene: Scene) -> None:
    async with scene.http.get(scene.slack) as answer:
        policy = answer.headers["Content-Security-Policy"]
        text = await answer.text()
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert text.count("<script") == 1
    assert "onclick" not in text
    assert "style=" not in text
    for name in ("slack.css", "slack.js"):
        async with scene.http.get(f"{scene.slack}/static/{name}") as answer:
            assert answer.status == 200
    async with scene.http.get(f"{scene.slack}/static/..%2Fserver.py") as answer:
        assert answer.status == 404


async def test_two_people_are_seen_side_by_side(scene: Scene) -> None:
    async with scene.http.get(f"{scene.slack}/side-by-side") as answer:
        text, policy = await answer.text(), answer.headers["Content-Security-Policy"]
    for user in (ALICE, ADMIN):
        assert f'src="/?as={user}&amp;in={GENERAL}"' in text
    assert "frame-src 'self'; frame-ancestors 'self'" in policy


async def test_other_sites_are_kept_out(scene: Scene) -> None:
    for headers in (
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Host": "evil.example"},
    ):
        async with scene.http.post(f"{scene.slack}/say", data={}, headers=headers) as answer:
            assert answer.status == 403


async def test_an_unchanged_page_costs_nothing(scene: Scene) -> None:
    url = f"{scene.slack}/messages"
    async with scene.http.get(url) as answer:
        etag = answer.headers["ETag"]
    async with scene.http.get(url, headers={"If-None-Match": etag}) as answer:
        assert answer.status == 304
    await scene.call("chat.postMessage", channel=ALICE_DM, text="new")
    async with scene.http.get(url, headers={"If-None-Match": etag}) as answer:
        assert answer.status == 200


async def test_a_direct_message_is_announced_elsewhere(scene: Scene) -> None:
    await scene.call("chat.postMessage", channel=ALICE, text="hello")
    assert "sent you a direct message" in await page(scene)
    assert "sent you a direct message" not in await page(scene, ADMIN)
    await page(scene, ALICE, ALICE_DM)
    assert "sent you a direct message" not in await page(scene)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        (
            "*bold* _it_ ~no~ `a *b*`",
            "<strong>bold</strong> <em>it</em> <s>no</s> <code>a *b*</code>",
        ),
        ("snake_case_name 2*3*4", "snake_case_name 2*3*4"),
        ("&gt; quoted\nnot", "<blockquote>quoted</blockquote>not"),
        ("```\na < b\n```", "<pre>a &lt; b</pre>"),
        ("&lt;b&gt; &amp;", "&lt;b&gt; &amp;"),
        ("<!channel>", '<span class="mention">@channel</span>'),
        ("<@U0ALICE0000>", '<span class="mention">@alice</span>'),
        ("`<!here>`", "<code>&lt;!here&gt;</code>"),
    ],
)
def test_slacks_markup_is_shown(text: str, html: str) -> None:
    assert markup.mrkdwn(text) == html


@pytest.mark.parametrize(
    ("text", "acts"),
    [
        ("<!channel> and <@U0ALICE0000>", ["!channel", "@U0ALICE0000"]),
        ("\\<!channel>", ["!channel"]),
        ("<https://evil.example|your bank>", ["https://evil.example|your bank"]),
        ("`<!channel>`\n\n- item\n\n  ~~~\n  <!here>\n  ~~~", []),
        ("<https://shop.example> a < b", []),
    ],
)
def test_a_markdown_block_acts_outside_of_code(text: str, acts: list[str]) -> None:
    assert markup.acting_in_markdown(text) == acts
    assert markup.markdown(text).count('class="mention"') == sum("|" not in one for one in acts)


async def start(**environment: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bizassist.local.slack"),
        env={"PATH": os.environ["PATH"], **environment},
        stderr=asyncio.subprocess.PIPE,
    )


async def test_the_process_answers_and_stops_when_it_is_asked() -> None:
    port = free_port()
    process = await start(
        PORT=str(port),
        SLACK_SIGNING_SECRET="s",
        SLACK_BOT_TOKEN="t",
        BIZASSIST_PUBLIC_URL="http://127.0.0.1:9",
    )
    async with aiohttp.ClientSession() as http, asyncio.timeout(20):
        while True:
            try:
                async with http.get(f"http://127.0.0.1:{port}/healthz") as answer:
                    assert answer.status == 200
                    break
            except aiohttp.ClientConnectorError:
                await asyncio.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0


async def test_the_process_says_what_it_needs() -> None:
    process = await start(PORT="1", SLACK_BOT_TOKEN="t")
    _, error = await process.communicate()
    assert process.returncode == 1
    assert b"needs SLACK_SIGNING_SECRET, BIZASSIST_PUBLIC_URL in its environment" in error
    assert b"Traceback" not in error
