"""What an answer must not do where it is shown, and that code in it is shown to the letter."""

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given

from bots.slack.outgoing.mrkdwn import slack_mrkdwn
from bots.teams.outgoing.markdown import teams_markdown
from tests.bots.answer.composed_answers import ANSWERS, REPEATABLE, WITH_CODE, Composed
from tests.bots.answer.shown_answer import seen_everywhere, seen_in_mrkdwn
from tests.some import some

DATA = Path(__file__).parents[2] / "data" / "answers.jsonl"
DECEIVING = re.compile("[\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]")
CASES = [json.loads(line) for line in DATA.read_text("utf-8").splitlines()]


def name(case: dict[str, Any]) -> str:
    return str(case["id"])


@pytest.mark.parametrize("case", [case for case in CASES if "links" in case], ids=name)
def test_a_link_shows_where_it_leads(case: dict[str, Any]) -> None:
    right = [tuple(link) for link in case["links"]]

    for place, seen in some(seen_everywhere(case["markdown"]).items()):
        bare = [link for link in seen.links if link not in right]
        assert [link for link in seen.links if link in right] == right, place
        assert place == "page" or not bare
        assert [address for _, address in bare] == [shown for shown, _ in bare]
        assert seen.acts == [], place
    assert seen_in_mrkdwn(case["markdown"])[1:] == (right, [])


@pytest.mark.parametrize("case", [case for case in CASES if "code" in case], ids=name)
def test_code_is_shown_to_the_letter(case: dict[str, Any]) -> None:
    for place, seen in some(seen_everywhere(case["markdown"]).items()):
        assert seen.code == case["code"], place
        assert seen.acts == [], place
    text, _, acts = seen_in_mrkdwn(case["markdown"])
    assert acts == []
    assert all(code in text for code in some(case["code"]))


@pytest.mark.parametrize(
    "text",
    ["\u202efdp.exe", "`\u202efdp.exe`", "[\u2066x](https://a.example)", "```\n\U000e0041\n```"],
)
def test_no_sign_turns_the_direction_or_spells_what_nobody_sees(text: str) -> None:
    shown = [slack_mrkdwn(text), *(seen.text for seen in seen_everywhere(text).values())]

    assert not DECEIVING.search("".join(shown))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<at>Everyone</at> 1 < 2", "&lt;at>Everyone&lt;/at> 1 < 2"),
        ("![pixel](https://evil.example/a.png)", "[pixel](https://evil.example/a.png)"),
        ("[click](javascript:alert(1))", "[click\\]\\(javascript:alert(1))"),
        ("[one]: javascript:alert(1)", "[one\\]: javascript:alert(1)"),
        ("**Active** ([terms](https://x.example/a))", "**Active** ([terms](https://x.example/a))"),
        ("Status: active\nUntil: 2028", "Status: active  \nUntil: 2028"),
        ("- one\n  two\n- three!", "- one  \n  two\n- three!"),
        ("# A\n\nsnake_case, 2 * 3, [x] and $5", "# A\n\nsnake_case, 2 * 3, [x] and $5"),
    ],
)
def test_nothing_in_an_answer_acts_in_teams(text: str, shown: str) -> None:
    assert teams_markdown(text) == shown


@REPEATABLE
@given(ANSWERS)
def test_nothing_acts_and_every_link_says_where_it_leads(answer: Composed) -> None:
    _, links, acts = seen_in_mrkdwn(answer.text)
    assert acts == []
    assert dishonest(links) == []
    for place, seen in some(seen_everywhere(answer.text).items()):
        assert seen.acts == [], place
        assert dishonest(seen.links) == [], place
        assert not DECEIVING.search(seen.text), place


def dishonest(links: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Links that name a bank which they don't lead to, and those that can't be told to lead."""
    wrong = []
    for text, address in links:
        where = urlsplit(address)
        leads = (where.hostname or where.path.rpartition("@")[2]).lower()
        named = "paypal.com" in text.replace("\u200b", "") and "evil.example" not in text
        if where.scheme not in {"http", "https", "mailto"} or (named and leads != "paypal.com"):
            wrong.append((text, address))
    return wrong


@REPEATABLE
@given(WITH_CODE)
def test_code_is_the_same_in_every_place(answer: Composed) -> None:
    for place, seen in some(seen_everywhere(answer.text).items()):
        assert seen.code == answer.code, place
