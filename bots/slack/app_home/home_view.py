"""The Home tab as Slack's blocks: sign-in, prompts, last answers, what is remembered."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from bots.slack.app_home.recent_answers import RecentAnswer
from bots.slack.app_home.suggested_prompts import Prompt
from bots.slack.incoming.button_click import ASK, FORGET, FORGET_ONE, PAUSE, RESUME
from bots.text_commands.sentences import KINDS
from identity.memory.records import MemoryRecord, RecordsOfKind

MOST_MEMORIES = 10
"""Of each kind; Slack takes a hundred blocks."""
LONGEST = 300
BUTTON_TEXT = 70
"""Characters; Slack takes 75."""

SIGN_IN = "Sign in once with your company account, and I answer as you, with your rights."
SIGNED_IN = "You are signed in as *{account}*."
NOTHING = "I remember nothing about you yet."
PAUSED = "Memory is paused: I use nothing of this and learn nothing new."
NOT_NOW = "I can't read what I remember at this moment. Please open this tab again in a minute."
NO_ANSWERS = "Nothing yet. Ask me something in Messages, or choose one of these."

Block = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Home:
    """What a person's Home tab shows.

    :param account: the company account that they are signed in with; empty without one.
    :param sign_in: the address of a one-time link, for who isn't signed in.
    :param memories: None when they can't be read now.
    :param page: the address of the person's own page.
    :param notice: what they are told of what they have just done here.
    """

    account: str = ""
    sign_in: str = field(default="", repr=False)
    prompts: Sequence[Prompt] = ()
    answers: Sequence[RecentAnswer] = ()
    memories: Sequence[RecordsOfKind] | None = ()
    paused: bool = False
    page: str = ""
    notice: str = ""
    workspace_url: str = ""


def home_view(home: Home) -> dict[str, Any]:
    """The view for ``views.publish`` (https://docs.slack.dev/reference/views/home-tab-views)."""
    if not home.account:
        button = _button("Sign in", "sign_in", url=home.sign_in, style="primary")
        return _view([_section(SIGN_IN, button)])
    notice = [{"type": "section", "text": _plain(home.notice)}] if home.notice else []
    return _view(
        [
            *notice,
            _section(
                SIGNED_IN.format(account=escape(home.account, quote=False)),
                _button("Your page", "my_page", url=home.page),
            ),
            *_answers(home),
            *_memories(home),
        ]
    )


def _view(blocks: list[Block]) -> dict[str, Any]:
    return {"type": "home", "blocks": [_header("BizAssist"), *blocks]}


def _answers(home: Home) -> list[Block]:
    shown = [
        _section(
            f"*{_escaped(one.question)}*\n{_escaped(one.answer)}".strip(),
            _button("Open", f"open_{number}", url=one.address(home.workspace_url)),
        )
        for number, one in enumerate(home.answers)
    ]
    prompts = [
        _button(prompt.title, f"{ASK}_{number}", value=prompt.message)
        for number, prompt in enumerate(home.prompts)
    ]
    asking = [{"type": "actions", "elements": prompts}] if prompts else []
    return [_header("Your last answers"), *(shown or [_section(NO_ANSWERS)]), *asking]


def _memories(home: Home) -> list[Block]:
    head = _header("What I remember about you")
    if home.memories is None:
        return [head, _section(NOT_NOW)]
    shown = [block for kind in home.memories if kind.memories for block in _kind(kind, home.page)]
    pause = _button("Resume memory", RESUME) if home.paused else _button("Pause memory", PAUSE)
    forget = [_forget_everything()] if shown else []
    return [
        head,
        *([_section(PAUSED)] if home.paused else []),
        *(shown or [_section(NOTHING)]),
        {"type": "actions", "elements": [pause, *forget]},
    ]


def _kind(kind: RecordsOfKind, page: str) -> list[Block]:
    listed = [_memory(memory) for memory in kind.memories[:MOST_MEMORIES]]
    more = len(kind.memories) - MOST_MEMORIES
    if more > 0:
        listed.append(_section(f"… and {more} more on <{page}|your page>."))
    return [_section(f"*{KINDS[kind.kind]}*"), *listed]


def _memory(memory: MemoryRecord) -> Block:
    value = json.dumps({"record": memory.id, "namespace": memory.namespace})
    forget = _button("Forget", FORGET_ONE, value=value)
    forget["confirm"] = _confirmation("Forget this?", "It can't be undone.", "Forget")
    return _section(_escaped(memory.text), forget)


def _forget_everything() -> Block:
    button = _button("Forget everything", FORGET, style="danger")
    button["confirm"] = _confirmation(
        "Forget everything?",
        "All that I remember about you, and what was said in your conversations with me, here and "
        "everywhere else. It can't be undone.",
        "Forget everything",
    )
    return button


def _confirmation(title: str, text: str, confirm: str) -> Block:
    parts = {"title": title, "text": text, "confirm": confirm, "deny": "Keep it"}
    return {name: _plain(words) for name, words in parts.items()}


def _section(text: str, button: Block | None = None) -> Block:
    accessory = {"accessory": button} if button else {}
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **accessory}


def _header(text: str) -> Block:
    return {"type": "header", "text": _plain(text)}


def _button(text: str, action: str, **more: str) -> Block:
    words = text if len(text) <= BUTTON_TEXT else f"{text[:BUTTON_TEXT]}…"
    return {"type": "button", "action_id": action, "text": _plain(words), **more}


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text}


def _escaped(text: str) -> str:
    words = " ".join(text.split())
    return escape(words if len(words) <= LONGEST else f"{words[:LONGEST]}…", quote=False)
