"""How the offline model reads a tool's arguments out of a question, by the tool's own schema."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from strands.types.tools import ToolSpec

from agent.models.offline.lexicon import ACTIONS, BROADER, COMMON
from agent.models.offline.value_extraction import (
    LONGEST_QUERY,
    QUOTED,
    as_words,
    code_patterns,
    free_text,
    identifiers,
    mentions,
    numbers,
    without_codes,
    words_and_numbers,
)
from agent.models.offline.vocabulary import EMAIL, Schema, Vocabulary, content_words, parameters

FILE = re.compile(
    r"\b(?:attached|attachment|file ?name)\b|"
    r"\bname of (?:an?|the)(?: \w+)? (?:file|document)\b",
    re.IGNORECASE,
)
QUESTION_NAME = re.compile(r"(?:^|_)(?:question|query|topic|prompt)$")
BY_NAME = re.compile(r"\bname\b", re.IGNORECASE)
TOKEN = re.compile(r"[^\W_][\w'&.-]*[^\W_]|[^\W_]|[.,:;!?]")
BEFORE_A_NAME = frozenset("of for about with from at by company client customer account".split())  # noqa: SIM905
CAPITAL = 2.0
MARKS = ".,:;!?"
SENTENCE_ENDS = ".!?"


@dataclass(frozen=True, slots=True)
class ArgumentReader:
    """Reads the arguments of one tool."""

    spec: ToolSpec
    vocabulary: Vocabulary

    def read(self, question: str) -> dict[str, list[Any]]:
        """The values that a question gives for each parameter, in the order in which it is said."""
        properties, required = parameters(self.spec)
        files = {name: schema for name, schema in properties.items() if is_file(name, schema)}
        ranked = self._files(question, files.values(), len(files))
        found = {name: ranked[place : place + 1] for place, name in enumerate(files)}
        for name in properties.keys() - files.keys():
            found[name] = self._values(question, name, properties[name], needed=name in required)
        return found

    def _values(self, question: str, name: str, schema: Schema, *, needed: bool) -> list[Any]:
        kind = schema.get("type")
        if "enum" in schema:
            return [value for value in schema["enum"] if mentions(question, str(value))]
        if kind in {"integer", "number"}:
            return numbers(question, name, whole=kind == "integer", needed=needed)
        if kind not in {"string", None}:
            return []
        if _is_email(name, schema) or is_code(name, schema):
            return _precise(question, name, schema)
        if needed and BY_NAME.search(str(schema.get("description", ""))):
            return self._name(question, schema)
        return self._free_text(question, name, needed=needed)

    def _free_text(self, question: str, name: str, *, needed: bool) -> list[str]:
        """What a tool is asked in words; one that can do without is asked when there are any."""
        text = free_text(question) if "quer" in name else question.strip()
        if not text or not (needed or (QUESTION_NAME.search(name) and self._own_words(question))):
            return []
        return [text[:LONGEST_QUERY] if "quer" in name else text]

    def _own_words(self, question: str) -> bool:
        """Whether the question says more than which tool and which files it means."""
        properties, _ = parameters(self.spec)
        names = " ".join(str(each) for s in properties.values() for each in s.get("enum", ()))
        of_files, tool = set(content_words(as_words(names))), self.spec["name"]
        return any(
            word not in of_files and not self.vocabulary.relates_to(tool, word)
            for word in self.vocabulary.words(question)
        )

    def _files(self, question: str, schemas: Iterable[Schema], count: int) -> list[str]:
        """The attached files that the question names, as it names them; else the newest.

        They are listed oldest first, and two that are compared stay in that order.
        """
        said = question.lower()
        spoken = set(words_and_numbers(said))
        spoken |= {broad for word in spoken for broad in BROADER.get(word, ())}

        def fit(file: str) -> tuple[int, int]:
            place = said.find(file.lower())
            return (place if place >= 0 else len(said), -len(spoken & set(words_and_numbers(file))))

        listed = (str(name) for schema in schemas for name in schema.get("enum", ()))
        names = list(dict.fromkeys(listed))
        best = sorted(names, key=lambda name: (*fit(name), -names.index(name)))[:count]
        named = any(name.lower() in said for name in best)
        return best if named else sorted(best, key=names.index)

    def files_named(self, question: str) -> int:
        """How many of the attached files the question tells apart."""
        properties, _ = parameters(self.spec)
        files = (schema for name, schema in properties.items() if is_file(name, schema))
        names = list(dict.fromkeys(str(each) for s in files for each in s.get("enum", ())))
        each = {name: set(words_and_numbers(name.lower())) for name in names}
        said = set(words_and_numbers(question.lower()))
        return sum(
            any(
                part in said and all(part not in each[o] for o in names if o != name)
                for part in own
            )
            for name, own in each.items()
        )

    def _name(self, question: str, schema: Schema) -> list[str]:
        """A code or address of the wanted kind, or what remains when all known words are gone."""
        wanted = code_patterns(str(schema.get("description", "")))
        codes = [word for word in identifiers(question, None) if code_patterns(word) & wanted]
        addresses = EMAIL.findall(question) if "mail" in str(schema.get("description")) else []
        if codes or addresses:
            return [*codes, *addresses]
        quoted = QUOTED.search(question)
        if quoted:
            return [(quoted[1] or quoted[2]).strip()]
        runs = list(self._runs(question))
        return [max(runs)[-1]] if runs else []

    def _runs(self, question: str) -> Iterator[tuple[float, int, str]]:
        """Neighbouring words that neither the tool nor the lexicon knows, and how like a name."""
        run: list[str] = []
        capitals, before, first = 0, "", True
        for place, token in enumerate([*TOKEN.findall(without_codes(question)), "."]):
            is_name = token[0].isupper() and len(token) > 1 and not first
            if token not in MARKS and (is_name or not self._is_known(token)):
                run.append(token)
                capitals += is_name
            elif run:
                similarity = len(run) + CAPITAL * capitals + (before in BEFORE_A_NAME) / 2
                yield similarity, place, " ".join(run)
                run, capitals = [], 0
            before = before if run else token.lower()
            first = token in SENTENCE_ENDS

    def _is_known(self, token: str) -> bool:
        return all(
            self.vocabulary.knows(word) or word in BROADER or word in ACTIONS or word in COMMON
            for word in content_words(token)
        )


def is_code(name: str, schema: Schema) -> bool:
    """Whether a parameter wants an identifier: a serial number, a plate, an id."""
    return "pattern" in schema or "serial" in name or re.search(r"(^|_)id$", name) is not None


def is_file(name: str, schema: Schema) -> bool:
    """Whether a parameter wants the name of an attached file."""
    described = str(schema.get("description", ""))
    return not QUESTION_NAME.search(name) and FILE.search(described) is not None


def is_precise(name: str, schema: Schema) -> bool:
    """Whether a value for a parameter tells that its tool is meant."""
    return "enum" in schema or is_code(name, schema)


def parameter_description(name: str, schema: Schema) -> str:
    """How to ask for a parameter."""
    described = str(schema.get("description", "")).split(". ")[0].rstrip(".")
    return described or f"the {name.replace('_', ' ')}"


def missing(spec: ToolSpec, found: dict[str, list[Any]]) -> str | None:
    """The first parameter that a tool needs and a question doesn't give.

    Of parameters that are all optional it needs one.
    """
    _, required = parameters(spec)
    if not required and found and not any(found.values()):
        return next(iter(parameters(spec)[0]))
    return next((name for name in required if not found.get(name)), None)


def _precise(question: str, name: str, schema: Schema) -> list[str]:
    if _is_email(name, schema):
        return EMAIL.findall(question)
    return identifiers(question, schema.get("pattern"))


def _is_email(name: str, schema: Schema) -> bool:
    return schema.get("format") == "email" or "email" in name
