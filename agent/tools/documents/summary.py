"""The sentences that say most of a document, in its own words and order."""

import re
from collections import Counter
from collections.abc import Iterator

from agent.tools.documents.content import Section
from agent.tools.documents.sentences import sentences

SENTENCES = 4
CONSIDERED = 2_000
SHORTEST, LONGEST = 25, 400
FIRST = 1.5
"""A document says early what it is about."""
COMMON = frozenset(
    """
    a about after all also an and any are as at be been before but by can could do does each for
    from had has have he her his if in into is it its may more must no not of on one only or other
    our shall she should so such than that the their them then there these they this those to under
    until up was we were what when where which who will with within without would you your
    """.split()  # noqa: SIM905 - as a list of quoted words it reads worse
)


def summary(sections: list[Section]) -> str:
    """A few whole sentences; the beginning where there are none, as in a table."""
    found = list(dict.fromkeys(_sentences(sections)))[:CONSIDERED]
    if not found:
        return _beginning(sections)
    counts = Counter(word for sentence in found for word in _words(sentence))
    scores = [_score(sentence, place, counts) for place, sentence in enumerate(found)]
    best = sorted(range(len(found)), key=lambda place: -scores[place])[:SENTENCES]
    return " ".join(found[place] for place in sorted(best))


def _score(sentence: str, place: int, counts: Counter[str]) -> float:
    words = set(_words(sentence))
    if not words:
        return 0.0
    weight = sum(counts[word] for word in words) / (len(words) + 5)
    return weight * (FIRST if place < SENTENCES else 1.0)


def _sentences(sections: list[Section]) -> Iterator[str]:
    for section in sections:
        for sentence in sentences(section.text):
            if SHORTEST <= len(sentence) <= LONGEST and sentence.endswith((".", "!", "?")):
                yield sentence


def _beginning(sections: list[Section]) -> str:
    lines = (line.strip() for section in sections for line in section.text.splitlines())
    said = " / ".join(line for line, _ in zip((line for line in lines if line), range(3)))  # noqa: B905 - the first three
    return said if len(said) <= LONGEST else f"{said[:LONGEST]}…"


def _words(text: str) -> list[str]:
    return [word for word in re.findall(r"[^\W\d_]{3,}", text.lower()) if word not in COMMON]
