"""The passages of a document that answer a question best, by BM25."""

import re
from collections.abc import Iterator, Sequence

import bm25s
import Stemmer

from agent.tools.documents.content import Section
from agent.tools.documents.sentences import sentences

BEST = 4
LENGTH = 320
ENOUGH = 0.4
"""Of the best passage's score: what is below is about something else."""

ALSO = (
    "cancel terminate termination end notice",
    "cost costs price fee fees pay payable payment amount charge",
    "deadline due expire expires ends until term",
    "start starts begin begins commence commences effective",
    "late delay overdue default",
    "court courts law jurisdiction",
    "liable liability damages",
)
"""What people ask for in other words than contracts use."""


def passages(question: str, sections: Sequence[Section]) -> list[Section]:
    """The best passages, best first; none when no word of the question is in the document."""
    pieces = [piece for section in sections for piece in _pieces(section)]
    stem = Stemmer.Stemmer("english")
    options = {"stopwords": "en", "stemmer": stem, "return_ids": False, "show_progress": False}
    words = bm25s.tokenize([f"{piece.title} {piece.text}" for piece in pieces], **options)
    (asked,) = bm25s.tokenize([_widened(question)], **options)
    known = {word for piece in words for word in piece}
    asked = [word for word in asked if word in known]
    if not asked:
        return []
    index = bm25s.BM25()
    index.index(words, show_progress=False)
    places, scores = index.retrieve([asked], k=min(BEST, len(pieces)), show_progress=False)
    least = max(float(scores[0][0]) * ENOUGH, 1e-9)
    ranked = zip(places[0], scores[0], strict=True)
    return [pieces[int(place)] for place, score in ranked if float(score) >= least]


def _widened(question: str) -> str:
    said = set(re.findall(r"\w+", question.lower()))
    return " ".join([question, *(words for words in ALSO if said & set(words.split()))])


def _pieces(section: Section) -> Iterator[Section]:
    """A section in pieces of whole sentences."""
    gathered: list[str] = []
    size = 0
    for sentence in sentences(section.text):
        if size and size + len(sentence) > LENGTH:
            yield Section(section.title, " ".join(gathered))
            gathered, size = [], 0
        gathered.append(sentence[: 4 * LENGTH])
        size += len(sentence)
    if gathered:
        yield Section(section.title, " ".join(gathered))
