"""How the offline model picks a tool: by the words of its schema and by what it needs."""

import re
from dataclasses import dataclass, field
from typing import Any

from strands.types.tools import ToolSpec

from agent.models.offline.arguments import (
    ArgumentReader,
    is_code,
    is_file,
    is_precise,
    missing,
    parameter_description,
)
from agent.models.offline.lexicon import ACTIONS
from agent.models.offline.value_extraction import code_patterns, has_name
from agent.models.offline.vocabulary import EMAIL, Vocabulary, content_words, parameters, stem

ENOUGH = 1.5
"""The score from which a tool fits: about one content word of its name."""
EXPECTED_CODE, OTHER_CODE, OPTIONAL_VALUE = 4.2, 1.4, 1.2
EXAMPLE = 4.6
PROPER_NAME = 1.0
FILES_ATTACHED = 1.6
PLACE_NAMED = 1.5
INCOMPLETE = 0.6
CANNOT_DO = 0.3
REFERRING, FOLLOWING, CONTINUING = 0.9, 0.5, 2.2
MAX_CALLS = 5

PRONOUN = re.compile(r"\b(?:it|its|that|this|they|them|those)\b", re.IGNORECASE)
CONTINUES = re.compile(r"^\W*(?:and|or|also|what about|how about|same)\b", re.IGNORECASE)
PLACE = re.compile(
    r"\b(?:on|in|from|search|check|read) (?:the|our|your|this|that|these|my)"
    r"(?: public| attached)? (\w+)"
)
COURTESY = re.compile(
    r"^\W*(?:(?:hi|hello|hey|ok|okay|please|pls|now|(?:can|could|would|will) you|"
    r"i (?:want|would like) you to)\b\W*)*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool and what to call it with."""

    tool: str
    arguments: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MissingArgument:
    """A tool fits, and the person has not said what it needs."""

    tool: str
    description: str


def choose(
    question: str, specs: list[ToolSpec], last: ToolCall | None, bias: dict[str, float]
) -> list[ToolCall] | MissingArgument | None:
    """The calls that answer a question; what to ask for; or None when no tool fits.

    :param last: the call before in this conversation: "and PHONE-2021-007?", "is it covered?"
    :param bias: what speaks for a tool beside its schema.
    """
    vocabulary = Vocabulary(specs)
    scores = {
        spec["name"]: score(question, spec, vocabulary) + bias.get(spec["name"], 0.0)
        for spec in specs
    }
    refers = PRONOUN.search(question) is not None
    if last and last.tool in scores:
        scores[last.tool] += _continuing(question, refers=refers)
    best = max(specs, key=lambda spec: scores[spec["name"]], default=None)
    if best is None or scores[best["name"]] < ENOUGH:
        return None
    chosen = calls(question, ArgumentReader(best, vocabulary))
    if isinstance(chosen, MissingArgument) and last and refers and last.tool == best["name"]:
        return [last]
    return chosen


def calls(question: str, reader: ArgumentReader) -> list[ToolCall] | MissingArgument:
    """One call for each identifier that the question names."""
    spec = reader.spec
    found = reader.read(question)
    properties, required = parameters(spec)
    lacking = missing(spec, found)
    if lacking is not None:
        return MissingArgument(
            spec["name"], parameter_description(lacking, properties.get(lacking, {}))
        )
    given = {name: choices for name, choices in found.items() if choices}
    several = next((name for name in required if len(given[name]) > 1), None)
    first = {name: choices[0] for name, choices in given.items()}
    if several is None:
        return [ToolCall(spec["name"], first)]
    return [
        ToolCall(spec["name"], first | {several: value}) for value in given[several][:MAX_CALLS]
    ]


def score(question: str, spec: ToolSpec, vocabulary: Vocabulary) -> float:
    """How well a tool fits a question."""
    tool = spec["name"]
    words = dict.fromkeys(vocabulary.words(question))
    places = {
        stem(word) for found in PLACE.findall(question.lower()) for word in content_words(found)
    }
    word_score = sum(
        vocabulary.weight(tool, word) * (PLACE_NAMED if stem(word) in places else 1.0)
        for word in words
    )
    reader = ArgumentReader(spec, vocabulary)
    found = reader.read(question)
    properties, required = parameters(spec)
    total = word_score + sum(
        _evidence(question, name, schema, found[name], needed=name in required)
        for name, schema in properties.items()
        if found[name]
    )
    files = [name for name, schema in properties.items() if is_file(name, schema) and found[name]]
    if files:
        total += FILES_ATTACHED
        total += len(files) > 1 and reader.files_named(question) == len(files)
    if missing(spec, found) is not None:
        total *= INCOMPLETE
    return total * (CANNOT_DO if _asks_to_act(question, tool, vocabulary) else 1.0)


def _evidence(
    question: str, name: str, schema: dict[str, Any] | Any, values: list[Any], *, needed: bool
) -> float:
    """What a value that fits a parameter says for its tool."""
    described = str(schema.get("description", ""))
    if is_file(name, schema):
        return 0.0
    if is_precise(name, schema):
        return _code(name, schema, values) if needed else OPTIONAL_VALUE
    if any(EMAIL.fullmatch(str(value)) for value in values):
        return OPTIONAL_VALUE
    if needed and any(code_patterns(str(value)) & code_patterns(described) for value in values):
        return EXAMPLE
    return PROPER_NAME if needed and "name" in described and has_name(question) else 0.0


def _code(name: str, schema: Any, values: list[Any]) -> float:
    """A code that looks like the schema's example, or fits its pattern, tells more than another."""
    wanted = code_patterns(str(schema.get("description", "")))
    alike = any(code_patterns(str(value)) & wanted for value in values)
    expected = alike or "pattern" in schema or "enum" in schema or not is_code(name, schema)
    return EXPECTED_CODE if expected else OTHER_CODE


def _asks_to_act(question: str, tool: str, vocabulary: Vocabulary) -> bool:
    """Whether a question wants something done that the tool doesn't speak of."""
    rest = COURTESY.sub("", question.lower(), count=1)
    first = re.match(r"[a-z]+", rest)
    return first is not None and first[0] in ACTIONS and not vocabulary.has(tool, first[0])


def _continuing(question: str, *, refers: bool) -> float:
    if CONTINUES.match(question):
        return CONTINUING
    return REFERRING if refers else FOLLOWING
