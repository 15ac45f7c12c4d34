"""Searching the web, with DuckDuckGo played at HTTP level."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

import pytest

from gateway_tools.errors import RateLimited
from gateway_tools.search.provider_call import CachedSearch
from gateway_tools.search.provider_interface import Query, SearchResult
from gateway_tools.search.settings import web_search
from tests.gateway_tools.search_provider_double import (
    Provider,
    Reply,
    empty_page,
    page,
    result,
    robot_check,
)
from tests.gateway_tools.tool_calls import call, refused, search

PYTHON = result("Welcome to <b>Python</b>", "https://www.python.org/", "The &quot;home&quot; of it")


def test_results_come_clean(provider: Provider) -> None:
    provider.answers(page(PYTHON))
    assert call("web_search", query="python") == {
        "results": [
            {
                "title": "Welcome to Python",
                "address": "https://www.python.org/",
                "snippet": 'The "home" of it',
                "source": "python.org",
            }
        ],
        "note": "",
    }


def test_every_option_reaches_duckduckgo(provider: Provider) -> None:
    provider.answers(page(PYTHON))
    search("  a   question ", region="de-DE", recency="week", safe_search="strict")
    (asked,) = provider.asked
    assert asked.method == "POST"
    assert asked.path == "/html/"
    assert {name: asked.form[name] for name in ("q", "l", "df", "kp")} == {
        "q": "a question",
        "l": "de-de",
        "df": "w",
        "kp": "1",
    }


@pytest.mark.parametrize(("given", "sent"), [("off", "-2"), ("moderate", "-1"), (None, "-1")])
def test_safe_search_is_moderate_unless_said(
    provider: Provider, given: str | None, sent: str
) -> None:
    provider.answers(page(PYTHON))
    search(safe_search=given)
    assert provider.asked[0].form["kp"] == sent


def test_no_more_results_than_wanted(provider: Provider) -> None:
    provider.answers(page(*(result(f"T{n}", f"https://example.com/{n}", "") for n in range(12))))
    assert [found["address"][-1] for found in search("a")] == list("01234")
    assert len(search("b", max_results=10)) == 10


def test_one_page_is_shown_once(provider: Provider) -> None:
    provider.answers(page(PYTHON, result("Other", "https://example.com/", "x"), PYTHON))
    assert [found["source"] for found in search()] == ["python.org", "example.com"]


def test_an_address_is_unwrapped_and_otherwise_left_as_it_is(provider: Provider) -> None:
    address = "https://example.com/a%2Fb?q=c%26d&e=%20"
    wrapped = f"//duckduckgo.com/l/?uddg={quote(address, safe='')}&amp;rut=abc"
    provider.answers(page(result("T", wrapped, "S")))
    assert search()[0]["address"] == address


def test_advertisements_are_left_out(provider: Provider) -> None:
    ad = result("Buy", "https://duckduckgo.com/y.js?ad_domain=shop.example", "now")
    provider.answers(page(ad, PYTHON))
    assert [found["source"] for found in search()] == ["python.org"]


@pytest.mark.parametrize("status", [200, 202])
def test_no_results_is_an_answer(provider: Provider, status: int) -> None:
    provider.answers(empty_page(status))
    answer = call("web_search", query="zzz")
    assert answer["results"] == []
    assert "found no page" in answer["note"]


@pytest.mark.parametrize(
    ("reply", "asked"),
    [
        (robot_check(202), 1),  # asking again would prolong it
        (robot_check(200), 1),
        (Reply("<html><body>Something new</body></html>"), 1),
        (Reply("", 200), 2),
        (Reply("busy", 503), 2),
        (Reply("forbidden", 403), 1),
    ],
)
def test_an_outage_is_an_error_and_not_an_empty_list(
    provider: Provider, reply: Reply, asked: int
) -> None:
    provider.answers(reply)
    error = refused("web_search", query="python")
    assert error["code"] == "unavailable"
    assert "down" in error["message"]
    assert len(provider.asked) == asked


def test_words_of_a_robot_check_in_a_result_are_a_result(provider: Provider) -> None:
    provider.answers(
        page(result("What is anomaly-modal and challenge-form", "https://a.example/x", ""))
    )
    assert len(search("anomaly.js")) == 1


def test_one_failure_is_overcome_by_asking_once_more(provider: Provider) -> None:
    provider.answers(Reply("", 500), page(PYTHON))
    assert len(search()) == 1
    assert len(provider.asked) == 2


def test_an_answer_that_does_not_come_in_time_is_an_outage(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEB_SEARCH_SECONDS", "1")
    provider.answers(Reply("late", after=5))
    started = time.monotonic()
    assert refused("web_search", query="python")["code"] == "unavailable"
    assert time.monotonic() - started < 4
    assert len(provider.asked) == 2


def test_an_unreachable_provider_is_an_outage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEB_SEARCH_ADDRESS", "http://127.0.0.1:9/html/")
    web_search.cache_clear()
    assert refused("web_search", query="python")["code"] == "unavailable"


def test_what_was_found_is_remembered_and_an_outage_is_not(provider: Provider) -> None:
    provider.answers(robot_check(), page(PYTHON))
    refused("web_search", query="python")
    assert search() == search() == search("python ")
    assert len(provider.asked) == 2
    search(region="de-de")
    assert len(provider.asked) == 3


def test_the_rate_is_limited_before_the_provider_is_asked(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEB_SEARCH_PER_MINUTE", "2")
    provider.answers(page(PYTHON))
    search("a"), search("b")
    error = refused("web_search", query="c")
    assert error["code"] == "rate_limited"
    assert "seconds" in error["next_step"]
    assert len(search("a")) == 1  # what is remembered costs nothing
    assert len(provider.asked) == 2


class Clocked:
    """A provider and a clock for what takes minutes."""

    supported_options: frozenset[Any] = frozenset()

    def __init__(self) -> None:
        self.now = 0.0
        self.asked = 0

    def search(self, query: Query) -> list[SearchResult]:
        self.asked += 1
        return [SearchResult("T", "https://example.com/", str(self.asked))]


def test_the_rate_frees_itself_and_memory_fades() -> None:
    clocked = Clocked()
    searching = CachedSearch(clocked, 1, clock=lambda: clocked.now)
    searching.search(Query("a"))
    with pytest.raises(RateLimited) as refusal:
        searching.search(Query("b"))
    assert refusal.value.seconds == 60
    clocked.now = 60
    searching.search(Query("b"))
    clocked.now = 299
    assert searching.search(Query("a"))[0].snippet == "1"
    clocked.now = 300
    assert searching.search(Query("a"))[0].snippet == "3"


def test_threads_share_one_rate() -> None:
    clocked = Clocked()
    searching = CachedSearch(clocked, 10, clock=lambda: clocked.now)

    def ask(number: int) -> bool:
        try:
            searching.search(Query(str(number)))
        except RateLimited:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(ask, range(50))) == 10
    assert clocked.asked == 10


@pytest.mark.parametrize(
    "wrong",
    [
        {"query": "x" * 201},
        {"max_results": 0},
        {"max_results": 11},
        {"region": "germany"},
        {"recency": "hour"},
        {"safe_search": "on"},
    ],
)
def test_an_argument_out_of_bounds_is_refused(provider: Provider, wrong: dict[str, Any]) -> None:
    error = refused("web_search", **{"query": "python", **wrong})
    assert error["code"] == "invalid_arguments"
    assert next(iter(wrong)) in error["message"].lower()
    assert provider.asked == []


if os.environ.get("BIZASSIST_LIVE_SEARCH"):

    def test_duckduckgo_itself() -> None:
        """Opt in with BIZASSIST_LIVE_SEARCH=1: the page may have changed since ours were made."""
        web_search.cache_clear()
        sources = {found["source"] for found in search("python programming language")}
        assert "python.org" in sources
