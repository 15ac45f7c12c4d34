"""How the offline model picks a tool and reads its arguments out of a question."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from strands.types.tools import ToolSpec

Schema = Mapping[str, Any]

ENOUGH = 1.5
"""The score from which a tool fits: about one telling word of its name."""
FITTING_ARGUMENT = 2.5
FITTING_EXAMPLE = 1.5
REFERRING = 0.9
FOLLOWING = 0.5
MAX_CALLS = 5
LONGEST_QUERY = 200
STEM = 5
"""Words are compared by their first letters: *covered* and *coverage* are one."""

EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
IDENTIFIER = re.compile(r"\b(?=[\w-]*\d)[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*\b")
PRONOUN = re.compile(r"\b(?:it|its|that|this|they|them|those)\b", re.IGNORECASE)
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
QUOTED = re.compile(r"[\"“”«»]([^\"“”«»]+)[\"“”«»]|(?<!\w)'([^']+)'(?!\w)")
LEAD_IN = re.compile(
    r"^(?:hi|hello|hey|please|can you|could you|would you|i (?:want|need) to|tell me|show me|"
    r"(?:do a |run a )?(?:web )?search(?: the (?:web|internet))?(?: for)?|look (?:up|for)|"
    r"find(?: out)?|google|on the (?:web|internet)|about|for)\b[\s,:]*",
    re.IGNORECASE,
)
STOP_WORDS = frozenset(
    """
    a about above all am an and any are as at be been but by can check could did do does
    find for from get give had has have her his how i if in into is it its just look me my
    no not of on or our please return returns should show so some tell than that the their
    them then there these they this those to us use used using was we were what when where
    which who will with would you your
    """.split()  # noqa: SIM905 - a list of ninety quoted words reads worse
)
SYNONYMS = {
    "google": "search", "internet": "web", "online": "web", "guarantee": "warranty",
    "guaranteed": "warranty", "customer": "client", "customers": "client", "insured": "warranty",
    "rule": "policy", "rules": "policy", "website": "web", "file": "document",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Call:
    """A tool and what to call it with."""

    tool: str
    arguments: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ask:
    """A tool fits, and the person has not said what it needs."""

    tool: str
    needed: str


def choose(question: str, specs: list[ToolSpec], last: Call | None) -> list[Call] | Ask | None:
    """The calls that answer a question; what to ask for; or None when no tool fits.

    :param last: the call before in this conversation: "and PHONE-2021-007?", "is it covered?"
    """
    scores = {spec["name"]: _score(question, spec, specs) for spec in specs}
    refers = PRONOUN.search(question) is not None
    if last and last.tool in scores:
        scores[last.tool] += REFERRING if refers else FOLLOWING
    best = max(specs, key=lambda spec: scores[spec["name"]], default=None)
    if best is None or scores[best["name"]] < ENOUGH:
        return None
    chosen = calls(question, best)
    if isinstance(chosen, Ask) and last and refers and last.tool == best["name"]:
        return [last]
    return chosen


def calls(question: str, spec: ToolSpec) -> list[Call] | Ask:
    """One call for each identifier that the question names."""
    properties, required = _parameters(spec)
    found = {
        name: values(question, name, schema, free=name in required)
        for name, schema in properties.items()
    }
    for name in required:
        if not found.get(name):
            return Ask(spec["name"], _needed(name, properties.get(name, {})))
    given = {name: choices for name, choices in found.items() if choices}
    several = next((name for name in required if len(given[name]) > 1), None)
    first = {name: choices[0] for name, choices in given.items()}
    if several is None:
        return [Call(spec["name"], first)]
    return [Call(spec["name"], first | {several: value}) for value in given[several][:MAX_CALLS]]


def values(question: str, name: str, schema: Schema, *, free: bool = False) -> list[Any]:
    """What the question gives for one parameter, in the order in which it is said.

    :param free: whether the question itself is a value, when nothing more precise is.
    """
    kind = schema.get("type")
    if "enum" in schema:
        return [value for value in schema["enum"] if str(value).lower() in question.lower()]
    if kind in {"integer", "number"}:
        numbers = NUMBER.findall(IDENTIFIER.sub(" ", question))
        return [int(number) if kind == "integer" else float(number) for number in numbers[:1]]
    if kind not in {"string", None}:
        return []
    if schema.get("format") == "email" or "email" in name:
        return EMAIL.findall(question)
    if "pattern" in schema or "serial" in name or re.search(r"(^|_)id$", name):
        return _identifiers(question, schema.get("pattern"))
    return [text] if free and (text := free_text(question)) else []


def free_text(question: str) -> str:
    """What a search is about: the quoted words, or the question without its lead-in."""
    quoted = QUOTED.search(question)
    if quoted:
        return (quoted[1] or quoted[2]).strip()[:LONGEST_QUERY]
    text, before = question.strip(), ""
    while text != before:
        before, text = text, LEAD_IN.sub("", text, count=1)
    return (text.strip(" ?!.") or question.strip())[:LONGEST_QUERY]


def _identifiers(question: str, pattern: str | None) -> list[str]:
    words = IDENTIFIER.findall(EMAIL.sub(" ", question))
    spelled = (form for word in words for form in (word, word.upper()))
    return list(dict.fromkeys(word for word in _first_forms(spelled, pattern)))


def _first_forms(spelled: Iterable[str], pattern: str | None) -> Iterable[str]:
    """Serial numbers are upper case whatever the person typed, where the pattern wants that."""
    seen: set[str] = set()
    for word in spelled:
        if word.upper() not in seen and (pattern is None or re.search(pattern, word)):
            seen.add(word.upper())
            yield word


def _score(question: str, spec: ToolSpec, specs: list[ToolSpec]) -> float:
    asked = _words(question)
    weights = _weights(spec)
    others = [_weights(other) for other in specs if other["name"] != spec["name"]]
    score = 0.0
    for word in asked & weights.keys():
        share = weights[word] / (weights[word] + sum(other.get(word, 0) for other in others))
        score += weights[word] * share
    properties, required = _parameters(spec)
    telling = [name for name in required if _is_telling(name, properties.get(name, {}))]
    if any(values(question, name, properties[name]) for name in telling):
        score += FITTING_ARGUMENT
    examples = " ".join(str(properties.get(name, {}).get("description", "")) for name in required)
    if _shapes(question) & _shapes(examples):
        score += FITTING_EXAMPLE
    return score


def _shapes(text: str) -> set[str]:
    """What the identifiers in a text look like: C-1001 is a letter, a dash and digits."""
    found = IDENTIFIER.findall(EMAIL.sub(" ", text))
    return {re.sub(r"\d+", "9", re.sub(r"[A-Za-z]+", "A", word)) for word in found}


def _weights(spec: ToolSpec) -> dict[str, float]:
    target, _, name = spec["name"].rpartition("___")
    properties, _ = _parameters(spec)
    about = " ".join(str(schema.get("description", "")) for schema in properties.values())
    weights = dict.fromkeys(_words(about), 0.3)
    weights |= dict.fromkeys(_words(spec["description"]), 0.8)
    weights |= dict.fromkeys(_words(target), 1.0)
    return weights | dict.fromkeys(_words(name), 2.5)


def _is_telling(name: str, schema: Schema) -> bool:
    return "pattern" in schema or "enum" in schema or "serial" in name or name.endswith("id")


def _parameters(spec: ToolSpec) -> tuple[dict[str, Schema], list[str]]:
    schema = spec["inputSchema"].get("json", {})
    return dict(schema.get("properties", {})), list(schema.get("required", []))


def _needed(name: str, schema: Schema) -> str:
    described = str(schema.get("description", "")).split(". ")[0].rstrip(".")
    return described or f"the {name.replace('_', ' ')}"


def _words(text: str) -> set[str]:
    spaced = re.sub(r"([a-z])([A-Z])", r"\1 \2", IDENTIFIER.sub(" ", EMAIL.sub(" ", text)))
    found = re.findall(r"[a-z]+", spaced.replace("_", " ").lower())
    return {SYNONYMS.get(w, w)[:STEM] for w in found if w not in STOP_WORDS and len(w) > 1}
