"""Searching the web, with DuckDuckGo and the other providers played at HTTP level."""

import json
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

import boto3
import pytest

from gateway_tools.search.engine import Search, TooMany
from gateway_tools.search.provider import Found, Query
from gateway_tools.search.settings import web_search
from tests.gateway_tools.calling import call, refused
from tests.gateway_tools.playing import (
    Provider,
    Reply,
    empty_page,
    page,
    playing,
    result,
    robot_check,
)

PYTHON = result("Welcome to <b>Python</b>", "https://www.python.org/", "The &quot;home&quot; of it")


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """DuckDuckGo, until a test chooses another provider."""
    with playing() as played:
        monkeypatch.setenv("WEB_SEARCH_ADDRESS", played.address + "/html/")
        web_search.cache_clear()
        yield played
    web_search.cache_clear()


def choose(monkeypatch: pytest.MonkeyPatch, name: str, provider: Provider) -> None:
    monkeypatch.setenv("WEB_SEARCH_PROVIDER", name)
    monkeypatch.setenv("WEB_SEARCH_ADDRESS", provider.address)
    web_search.cache_clear()


def search(query: str = "python", **options: Any) -> list[dict[str, str]]:
    results: list[dict[str, str]] = call("web_search", query=query, **options)["results"]
    return results


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

    honours: frozenset[Any] = frozenset()

    def __init__(self) -> None:
        self.now = 0.0
        self.asked = 0

    def find(self, query: Query) -> list[Found]:
        self.asked += 1
        return [Found("T", "https://example.com/", str(self.asked))]


def test_the_rate_frees_itself_and_memory_fades() -> None:
    clocked = Clocked()
    searching = Search(clocked, 1, clock=lambda: clocked.now)
    searching.find(Query("a"))
    with pytest.raises(TooMany) as refusal:
        searching.find(Query("b"))
    assert refusal.value.seconds == 60
    clocked.now = 60
    searching.find(Query("b"))
    clocked.now = 299
    assert searching.find(Query("a"))[0].snippet == "1"
    clocked.now = 300
    assert searching.find(Query("a"))[0].snippet == "3"


def test_threads_share_one_rate() -> None:
    clocked = Clocked()
    searching = Search(clocked, 10, clock=lambda: clocked.now)

    def ask(number: int) -> bool:
        try:
            searching.find(Query(str(number)))
        except TooMany:
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


def test_brave(provider: Provider, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    choose(monkeypatch, "brave", provider)
    found = {"title": "A <b>b</b>", "url": "https://a.example/", "description": "c &amp; d"}
    provider.answers(Reply.json({"type": "search", "web": {"results": [found]}}))
    (page_,) = search("q", max_results=3, region="uk-en", recency="month", safe_search="off")
    assert (page_["title"], page_["snippet"]) == ("A b", "c & d")
    (asked,) = provider.asked
    assert asked.path == "/res/v1/web/search"
    assert asked.headers["x-subscription-token"] == key
    assert asked.params == {
        "q": "q",
        "count": "3",
        "safesearch": "off",
        "country": "GB",
        "search_lang": "en",
        "freshness": "pm",
    }


def test_brave_without_results(
    provider: Provider, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    choose(monkeypatch, "brave", provider)
    provider.answers(Reply.json({"type": "search", "query": {"original": "q"}}))
    assert search("q") == []


def test_tavily(provider: Provider, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    choose(monkeypatch, "tavily", provider)
    found = {"title": "A", "url": "https://a.example/", "content": "b", "score": 0.9}
    provider.answers(Reply.json({"query": "q", "results": [found]}))
    answer = call("web_search", query="q", recency="day", region="us-en")
    assert answer["results"][0]["address"] == "https://a.example/"
    assert answer["note"] == "Not applied by this search provider: region."
    (asked,) = provider.asked
    assert (asked.method, asked.path) == ("POST", "/search")
    assert asked.headers["authorization"] == f"Bearer {key}"
    assert json.loads(asked.body) == {"query": "q", "max_results": 5, "time_range": "day"}


def test_searxng(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    choose(monkeypatch, "searxng", provider)
    found = {"title": "A", "url": "https://a.example/", "content": "b", "engine": "mojeek"}
    provider.answers(Reply.json({"query": "q", "results": [found], "unresponsive_engines": []}))
    assert search("q", region="de-de", recency="year", safe_search="strict")[0]["title"] == "A"
    assert provider.asked[0].params == {
        "q": "q",
        "format": "json",
        "safesearch": "2",
        "language": "de-DE",
        "time_range": "year",
    }


def test_searxng_with_engines_that_do_not_answer_is_down(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(monkeypatch, "searxng", provider)
    provider.answers(Reply.json({"results": [], "unresponsive_engines": [["mojeek", "timeout"]]}))
    assert refused("web_search", query="q")["code"] == "unavailable"


@pytest.mark.usefixtures("aws")
def test_agentcores_managed_search(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    choose(monkeypatch, "agentcore", provider)
    found = {"title": "A", "url": "https://a.example/", "text": "<p>b</p>"}
    nameless = {"text": "an extract of a page without an address"}
    provider.answers(Reply.json({"results": [found, nameless]}))
    answer = call("web_search", query="q", recency="week", safe_search="strict")
    assert [result["snippet"] for result in answer["results"]] == ["b"]
    assert answer["note"] == "Not applied by this search provider: safe_search."
    (asked,) = provider.asked
    assert (asked.method, asked.path) == ("POST", "/web-search/web-search.v1/invoke")
    body = json.loads(asked.body)
    assert (body["searchQuery"], body["maxResults"]) == ("q", 5)
    assert list(body["filters"]["publishedDateFilter"]) == ["publishedAfter"]


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(
    ("status", "code", "asked"),
    [(429, "ThrottlingException", 2), (403, "AccessDeniedException", 1)],
)
def test_agentcores_errors_are_outages(
    provider: Provider, monkeypatch: pytest.MonkeyPatch, status: int, code: str, asked: int
) -> None:
    choose(monkeypatch, "agentcore", provider)
    provider.answers(Reply.json({"message": "no"}, status, **{"x-amzn-errortype": code}))
    assert refused("web_search", query="q")["code"] == "unavailable"
    assert len(provider.asked) == asked


@pytest.mark.usefixtures("key")
@pytest.mark.parametrize("name", ["brave", "tavily"])
@pytest.mark.parametrize(
    ("reply", "asked"),
    [
        (Reply.json({"error": "no such key"}, 401), 1),
        (Reply.json({"error": "slow down"}, 429), 2),
        (Reply("<html>", 200), 2),
        (Reply.json(["a list"]), 1),
        (Reply("", 302, headers={"location": "http://127.0.0.1:9/"}), 1),
    ],
)
def test_an_api_that_answers_otherwise_is_down(
    provider: Provider,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    reply: Reply,
    asked: int,
) -> None:
    choose(monkeypatch, name, provider)
    provider.answers(reply)
    assert refused("web_search", query="q")["code"] == "unavailable"
    assert len(provider.asked) == asked


@pytest.mark.parametrize("name", ["altavista", "brave", "searxng"])
def test_half_a_setting_is_an_outage_whose_reason_the_log_has(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    monkeypatch.setenv("WEB_SEARCH_PROVIDER", name)
    monkeypatch.delenv("WEB_SEARCH_ADDRESS", raising=False)
    web_search.cache_clear()
    assert refused("web_search", query="q")["code"] == "unavailable"
    assert "WEB_SEARCH_" in json.loads(capsys.readouterr().out)["reason"]


@pytest.fixture
def key(aws: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> str:
    """An API key, kept where the settings say."""
    name = "/tests/search-key"
    aws.client("ssm").put_parameter(Name=name, Value="a-key", Type="SecureString", Overwrite=True)
    monkeypatch.setenv("WEB_SEARCH_KEY_PARAMETER", name)
    return "a-key"


if os.environ.get("BIZASSIST_LIVE_SEARCH"):

    def test_duckduckgo_itself() -> None:
        """Opt in with BIZASSIST_LIVE_SEARCH=1: the page may have changed since ours were made."""
        web_search.cache_clear()
        sources = {found["source"] for found in search("python programming language")}
        assert "python.org" in sources
