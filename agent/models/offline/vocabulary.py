"""The content words of questions and tools: stemmed, with synonyms, typing mistakes corrected."""

import functools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import Stemmer
from rapidfuzz import fuzz, process
from strands.types.tools import ToolSpec

from agent.models.offline.lexicon import BROADER, GENERAL, PHRASES, STOP_WORDS, SYNONYMS

Schema = Mapping[str, Any]

EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
IDENTIFIER = re.compile(r"\b(?=[\w-]*\d)[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*\b")
WORD = re.compile(r"[a-z]+")
NAMED, TARGETED, DESCRIBED, PARAMETER = 2.5, 1.0, 0.8, 0.3
GENERAL_SHARE = 0.32
SHORTEST_CORRECTED = 5
SAME_WORD = 85
"""Of a hundred: *warrenty* is *warranty*, *contact* is not *contract*."""


def stem(word: str) -> str:
    """What a word has in common with its other forms."""
    return str(_stemmer().stemWord(word))


@functools.cache
def _stemmer() -> Stemmer.Stemmer:
    return Stemmer.Stemmer("english")


def content_words(text: str) -> list[str]:
    """The words that say something, in order, each as its synonym; names and codes are left out."""
    plain = IDENTIFIER.sub(" ", EMAIL.sub(" ", text))
    plain = re.sub(r"([a-z])([A-Z])", r"\1 \2", plain).replace("_", " ").lower()
    for phrase, word in PHRASES:
        plain = phrase.sub(f" {word} ", plain)
    words = WORD.findall(plain.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").replace("'s", ""))
    return [SYNONYMS.get(w, w) for w in words if w not in STOP_WORDS and len(w) > 1]


def parameters(spec: ToolSpec) -> tuple[dict[str, Schema], list[str]]:
    """A tool's parameters and the names of those that it needs."""
    schema = spec["inputSchema"].get("json", {})
    return dict(schema.get("properties", {})), list(schema.get("required", []))


class Vocabulary:
    """The words of one set of tools, and how much each says about which tool."""

    def __init__(self, specs: Sequence[ToolSpec]) -> None:
        self._weights = {spec["name"]: dict(_weights(spec)) for spec in specs}
        own = {word for spec in specs for _, text in _texts(spec) for word in content_words(text)}
        self._known = own | BROADER.keys() | SYNONYMS.keys()
        self._stems = {stem(word) for word in self._known}

    def has(self, tool: str, word: str) -> bool:
        """Whether a tool speaks of a word itself."""
        return stem(word) in self._weights[tool]

    def relates_to(self, tool: str, word: str) -> bool:
        """Whether a tool speaks of a word, or of what it is about."""
        return any(self.has(tool, each) for each in (word, *BROADER.get(word, ())))

    def knows(self, word: str) -> bool:
        """Whether any tool speaks of a word."""
        return any(stem(word) in weights for weights in self._weights.values())

    def words(self, text: str) -> list[str]:
        """The content words of a question, without its typing mistakes."""
        return [SYNONYMS.get(word, word) for word in map(self._corrected, content_words(text))]

    def weight(self, tool: str, word: str) -> float:
        """How much a word of a question speaks for a tool, before all others."""
        direct = self._specificity(tool, stem(word))
        about = (self._specificity(tool, stem(broad)) for broad in BROADER.get(word, ()))
        return max(direct, BROADER_WEIGHT * max(about, default=0.0))

    def _specificity(self, tool: str, word: str) -> float:
        own = self._weights[tool].get(word, 0.0)
        if not own or word in GENERAL:
            return own
        return own * own / sum(weights.get(word, 0.0) for weights in self._weights.values())

    def _corrected(self, word: str) -> str:
        if len(word) < SHORTEST_CORRECTED or stem(word) in self._stems:
            return word
        long = [each for each in self._known if len(each) > SHORTEST_CORRECTED]
        found = process.extractOne(word, long, scorer=fuzz.ratio, score_cutoff=SAME_WORD)
        return found[0] if found else word


BROADER_WEIGHT = 0.8
"""*hotel* speaks for a tool about *travel* nearly as *travel* does."""


def _texts(spec: ToolSpec) -> Iterator[tuple[float, str]]:
    target, _, name = spec["name"].rpartition("___")
    properties, _ = parameters(spec)
    yield NAMED, name
    yield TARGETED, target
    yield DESCRIBED, spec["description"]
    about = (f"{name} {schema.get('description', '')}" for name, schema in properties.items())
    yield PARAMETER, " ".join(about)


def _weights(spec: ToolSpec) -> Iterable[tuple[str, float]]:
    found: dict[str, float] = {}
    for weight, text in _texts(spec):
        for word in dict.fromkeys(stem(word) for word in content_words(text)):
            share = GENERAL_SHARE if word in GENERAL and weight != TARGETED else 1.0
            found[word] = found.get(word, 0.0) + weight * share
    return found.items()
