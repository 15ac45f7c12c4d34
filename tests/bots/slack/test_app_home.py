"""The Home tab and the suggested prompts show what is a person's own, and act for them alone."""

from typing import Any

import pytest
from slack_sdk.models.views import View

from bots.platform import Turn
from bots.slack.app_home.home_view import Home, home_view
from bots.slack.app_home.recent_answers import RecentAnswer
from bots.slack.app_home.suggested_prompts import ADMINS, MOST, TOOL_PROMPTS, USERS, Prompt
from identity.errors import MemoryUnavailable
from tests.agent.authorization.test_rights import verdict
from tests.bots.slack.slack_client import ALICE, ALICE_DM, SlackClient
from tests.bots.slack.test_platform import answering, written
from tests.some import some

SUBJECT = "subject-of-alice@example.com"


def texts(view: dict[str, Any]) -> str:
    """All that a person reads in a view."""
    blocks = [block for block in view["blocks"] if "text" in block]
    return "\n".join(str(block["text"]["text"]) for block in blocks)


async def home(slack: SlackClient) -> dict[str, Any]:
    """The tab as somebody sees it who has just opened it."""
    await slack.open_app("home")
    await slack.work(answering(slack))
    return dict((await slack.surfaces())["home"])


def actions(view: dict[str, Any]) -> dict[str, dict[str, Any]]:
    listed = [one for block in view["blocks"] for one in block.get("elements", [])]
    listed += [block["accessory"] for block in view["blocks"] if "accessory" in block]
    return {one["action_id"]: one for one in listed}


async def test_who_is_not_signed_in_finds_the_way_and_nothing_else(slack: SlackClient) -> None:
    view = await home(slack)
    assert "Sign in once" in texts(view)
    assert actions(view) == {"sign_in": actions(view)["sign_in"]}
    assert actions(view)["sign_in"]["url"] == f"https://bizassist.example.com/link/{ALICE}"


async def test_it_shows_account_answers_prompts_and_memory(slack: SlackClient) -> None:
    account = slack.parts.account
    account.link(ALICE, "alice@example.com")
    account.remembered[SUBJECT] = [f"<Fact> {number}" for number in range(12)]
    for question in ("Is it covered?", "help", "And R&D?"):
        await slack.message(question)
    await slack.work(answering(slack, *written("Yes, **it is**.")))

    view = await home(slack)
    shown = texts(view)
    assert "signed in as *alice@example.com*" in shown
    assert "*And R&amp;D?*\nYes, *it is*." in shown
    assert shown.index("And R&amp;D?") < shown.index("Is it covered?")
    assert "*help*" not in shown
    assert "&lt;Fact&gt; 0" in shown
    assert "and 2 more on <https://bizassist.example.com/me|your page>" in shown
    buttons = actions(view)
    question = (await slack.sees(ALICE, ALICE_DM))[-2]["ts"]
    address = f"https://northwind-demo.slack.com/archives/{ALICE_DM}/p{question.replace('.', '')}"
    assert buttons["open_0"]["url"] == address
    assert buttons["ask_prompt_0"]["value"] == "And R&D?"
    assert len([name for name in buttons if name.startswith("ask_prompt")]) == MOST
    View(**view).validate_json()


async def test_its_buttons_forget_pause_and_resume(slack: SlackClient) -> None:
    account = slack.parts.account
    account.link(ALICE, "alice@example.com")
    account.remembered[SUBJECT] = ["One", "Two"]
    forget = actions(await home(slack))["forget_memory"]
    assert forget["confirm"]["deny"]["text"] == "Keep it"

    async def pressed(action: str, value: str = "") -> str:
        await slack.press(action, value)
        await slack.work(answering(slack))
        return texts((await slack.surfaces())["home"])

    shown = await pressed("forget_memory", forget["value"])
    assert account.remembered[SUBJECT] == ["One"]
    assert "Two" not in shown
    assert "Memory is paused" in await pressed("pause_memory")
    assert account.paused == {SUBJECT}
    assert "Memory is paused" not in await pressed("resume_memory")
    assert "I remember nothing about you yet" in await pressed("forget_everything")
    assert account.remembered == {}
    assert "Everything is forgotten." in texts((await slack.surfaces())["home"])
    await slack.open_app("home")
    await slack.work(answering(slack))
    assert "Everything is forgotten." not in texts((await slack.surfaces())["home"])


async def test_what_can_not_be_done_is_said_on_the_tab(
    slack: SlackClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def down(*_: object, **__: object) -> None:
        raise MemoryUnavailable("down")

    account = slack.parts.account
    account.link(ALICE, "alice@example.com")
    account.remembered[SUBJECT] = ["One"]
    await home(slack)
    monkeypatch.setattr(account, "ask", down)
    await slack.press("forget_everything")
    await slack.work(answering(slack))
    shown = texts((await slack.surfaces())["home"])
    assert MemoryUnavailable.sentence in shown
    assert "One" in shown


async def test_a_prompt_is_asked_as_a_direct_message(slack: SlackClient) -> None:
    turns: list[Turn] = []
    slack.parts.account.link(ALICE, "alice@example.com")
    await home(slack)
    await slack.press("ask_prompt_0")
    await slack.work(answering(slack, *written("Yes."), turns=turns))
    [turn] = turns
    assert turn.text == "Is serial LAPTOP-2024-001 still under warranty?"
    asked, answer = await slack.from_us(ALICE, ALICE_DM)
    assert turn.text in asked["text"]
    assert answer["thread_ts"] == asked["ts"]


async def test_what_cannot_be_read_is_said_or_left_for_the_next_time(slack: SlackClient) -> None:
    slack.parts.account.link(ALICE, "alice@example.com")
    slack.parts.account.memory_is_down = True
    assert "can't read what I remember" in texts(await home(slack))
    await slack.fault(method="views.publish", error="internal_error", times=5)
    await slack.open_app("home")
    await slack.work(answering(slack))
    assert slack.inbox == []


async def test_prompts_are_of_the_tools_that_a_person_may_use_and_of_their_last_questions(
    slack: SlackClient,
) -> None:
    async def suggested() -> list[str]:
        await slack.open_app("messages")
        await slack.work(answering(slack))
        return [prompt["title"] for prompt in (await slack.surfaces())["prompts"]]

    assert await suggested() == ["What can you do?"]
    slack.parts.account.link(ALICE, "alice@example.com")
    assert await suggested() == [
        "Check a warranty",
        "Look into a policy",
        "Look up a client",
        "See what I remember",
    ]
    slack.parts.account.groups = (ADMINS,)
    for _ in range(2):
        await slack.message("Is it covered?")
    await slack.work(answering(slack, *written("x")))
    assert await suggested() == [
        "Is it covered?",
        "Find a customer's devices",
        "Check a warranty",
        "Look into a policy",
    ]
    slack.parts.account.groups = ()
    assert await suggested() == ["Is it covered?"]


@pytest.mark.parametrize("group", [USERS, ADMINS, "others"])
def test_a_prompt_is_offered_to_whom_the_policy_permits_its_tool(group: str) -> None:
    for one in some(TOOL_PROMPTS):
        permitted = type(verdict(frozenset({group}), one.tool)).__name__ == "Proceed"
        assert permitted == (group in one.groups), one.tool


def test_slacks_own_models_take_the_longest_tab() -> None:
    answers = [RecentAnswer("D1", f"1.{n}", "q" * 5_000, "a" * 5_000) for n in range(3)]
    prompts = [Prompt("t" * 200, "m" * 1_000)] * MOST
    tab = Home("a@example.com", "", prompts, answers, None, page="https://x.example/me")
    View(**home_view(tab)).validate_json()
