"""The results of the document tools: plain data with the place of everything that is quoted."""

from collections.abc import Iterable
from itertools import islice
from typing import Any

from agent.tools.documents.comparison import Difference, Sentence
from agent.tools.documents.content import Content, Fact, Section

FIGURES = 15
PARTIES = 12
DIFFERENCES = 20
OUTLINE = 40
BEGINNING = 12_000
"""Characters of the text that a model reads itself; what is further on it asks for."""
NOT_WHOLE = "The document is very long: only its beginning was read."


def analysis_result(name: str, content: Content, answering: list[Section]) -> dict[str, Any]:
    """One document.

    :param answering: the passages that answer the question; empty without one.
    """
    text = "\n\n".join(f"{one.title}\n{one.text}".strip() for one in content.sections)
    titles = [one.title for one in content.sections if one.title]
    answer: dict[str, Any] = {
        "document": name,
        "kind": content.kind,
        "summary": content.summary,
        "key_figures": [_fact(one) for one in content.figures[:FIGURES]],
        "dates": [_fact(one) for one in content.dates[:FIGURES]],
        "parties": content.parties[:PARTIES],
        "passages": [{"section": one.title or None, "text": one.text} for one in answering],
        "outline": titles[:OUTLINE],
        "text": text[:BEGINNING],
        "text_is_whole": len(text) <= BEGINNING and content.whole,
        "sources": _sources(name, (one.title for one in answering)),
    }
    return answer if content.whole else answer | {"note": NOT_WHOLE}


def comparison_result(
    names: tuple[str, str], difference: Difference, *, whole: bool
) -> dict[str, Any]:
    """Two documents beside each other."""
    first, second = names
    answer: dict[str, Any] = {
        "first": first,
        "second": second,
        "same": not (difference.changed or difference.only_first or difference.only_second),
        "sentences_in_both": difference.common,
        "changed": [
            {"before": before.text, "after": after.text, "section": after.section or None}
            for before, after in difference.changed[:DIFFERENCES]
        ],
        "only_in_first": _sentences(difference.only_first),
        "only_in_second": _sentences(difference.only_second),
        "figures": _only_in_each(difference.figures),
        "dates": _only_in_each(difference.dates),
        "left_out": _left_out(difference),
        "sources": [*_sources(first, ()), *_sources(second, ())],
    }
    return answer if whole else answer | {"note": NOT_WHOLE}


def _fact(fact: Fact) -> dict[str, Any]:
    day = {"date": fact.day} if fact.day else {}
    return {"what": fact.what, **day, "line": fact.line, "section": fact.section or None}


def _sentences(sentences: list[Sentence]) -> list[dict[str, Any]]:
    return [{"text": one.text, "section": one.section or None} for one in sentences[:DIFFERENCES]]


def _only_in_each(only: tuple[list[str], list[str]]) -> dict[str, list[str]]:
    return {"only_in_first": only[0][:DIFFERENCES], "only_in_second": only[1][:DIFFERENCES]}


def _left_out(difference: Difference) -> int:
    """How many differences are not listed."""
    lists: Iterable[list[Any]] = (difference.changed, difference.only_first, difference.only_second)
    return sum(max(0, len(one) - DIFFERENCES) for one in lists)


def _sources(name: str, sections: Iterable[str]) -> list[dict[str, Any]]:
    titles = list(islice(dict.fromkeys(sections), FIGURES)) or [""]
    return [{"title": name, "section": title or None, "url": None} for title in titles]
