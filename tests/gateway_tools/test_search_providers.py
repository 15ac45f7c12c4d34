"""Searching the web with the other providers, each played at HTTP level."""

import json
from collections.abc import Callable

import pytest

from gateway_tools.search.settings import web_search
from tests.gateway_tools.search_provider_double import Provider, Reply
from tests.gateway_tools.tool_calls import call, refused, search

Choose = Callable[[str], None]


@pytest.fixture
def choose(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> Choose:
    """Searches with another provider, at the same place."""

    def chosen(name: str) -> None:
        monkeypatch.setenv("WEB_SEARCH_PROVIDER", name)
        monkeypatch.setenv("WEB_SEARCH_ADDRESS", provider.address)
        web_search.cache_clear()

    return chosen


def test_brave(provider: Provider, choose: Choose, key: str) -> None:
    choose("brave")
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


def test_brave_without_results(provider: Provider, choose: Choose, key: str) -> None:
    choose("brave")
    provider.answers(Reply.json({"type": "search", "query": {"original": "q"}}))
    assert search("q") == []


def test_tavily(provider: Provider, choose: Choose, key: str) -> None:
    choose("tavily")
    found = {"title": "A", "url": "https://a.example/", "content": "b", "score": 0.9}
    provider.answers(Reply.json({"query": "q", "results": [found]}))
    answer = call("web_search", query="q", recency="day", region="us-en")
    assert answer["results"][0]["address"] == "https://a.example/"
    assert answer["note"] == "Not applied by this search provider: region."
    (asked,) = provider.asked
    assert (asked.method, asked.path) == ("POST", "/search")
    assert asked.headers["authorization"] == f"Bearer {key}"
    assert json.loads(asked.body) == {"query": "q", "max_results": 5, "time_range": "day"}


def test_a_result_with_gaps_is_shown_without_them(provider: Provider, choose: Choose) -> None:
    choose("searxng")
    gaps = [None, {"title": None, "url": "https://a.example/", "content": None}, {"title": "B"}]
    provider.answers(Reply.json({"results": gaps}))
    assert search("q") == [
        {
            "title": "a.example",
            "address": "https://a.example/",
            "snippet": "",
            "source": "a.example",
        }
    ]


def test_searxng(provider: Provider, choose: Choose) -> None:
    choose("searxng")
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
    provider: Provider, choose: Choose
) -> None:
    choose("searxng")
    provider.answers(Reply.json({"results": [], "unresponsive_engines": [["mojeek", "timeout"]]}))
    assert refused("web_search", query="q")["code"] == "unavailable"


@pytest.mark.usefixtures("aws")
def test_agentcores_managed_search(provider: Provider, choose: Choose) -> None:
    choose("agentcore")
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
    provider: Provider, choose: Choose, status: int, code: str, asked: int
) -> None:
    choose("agentcore")
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
        (Reply.json({"web": {"results": "none"}, "results": None}), 1),
        (Reply("", 302, headers={"location": "http://127.0.0.1:9/"}), 1),
    ],
)
def test_an_api_that_answers_otherwise_is_down(
    provider: Provider,
    choose: Choose,
    name: str,
    reply: Reply,
    asked: int,
) -> None:
    choose(name)
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


@pytest.mark.parametrize("name", ["WEB_SEARCH_SECONDS", "WEB_SEARCH_PER_MINUTE"])
@pytest.mark.parametrize("value", ["many", "0", "-3", "inf", "nan"])
def test_a_number_that_is_none_is_named_in_the_log(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(name, value)
    web_search.cache_clear()
    assert refused("web_search", query="python")["code"] == "unavailable"
    assert json.loads(capsys.readouterr().out)["reason"] == f"{name} is no number from 1"
    web_search.cache_clear()
