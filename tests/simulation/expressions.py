"""DynamoDB's condition and update expressions, as far as the product's tables use them.

After "Expressions in DynamoDB" of its developer guide. What isn't known here raises, so that a new
expression in the product can't pass by being ignored.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

Item = dict[str, Any]
_TOKEN = re.compile(r"\s*(<>|<=|>=|[=<>(),+]|[#:]?\w+)")
_COMPARE = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


@dataclass
class Expression:
    """One expression with its names and values, read from left to right."""

    text: str
    names: Mapping[str, str]
    values: Mapping[str, Any]

    def __post_init__(self) -> None:
        self._tokens = list(_tokens(self.text))

    def holds(self, item: Item) -> bool:
        """Whether the condition holds for ``item``; an item that isn't there is empty."""
        result = self._either(item)
        self._end()
        return result

    def applied(self, item: Item) -> Item:
        """``item`` after the update; what is read in it is read as it was before."""
        before, after = dict(item), dict(item)
        while self._tokens:
            clause = self._next()
            match clause:
                case "SET":
                    self._each(lambda: self._set(before, after))
                case "REMOVE":
                    self._each(lambda: after.pop(self._attribute(), None))
                case "ADD":
                    self._each(lambda: self._add(before, after))
                case _:
                    raise AssertionError(f"{self.text}: what is {clause}?")
        return after

    def _each(self, change: Any) -> None:
        change()
        while self._tokens[:1] == [","]:
            self._next()
            change()

    def _set(self, before: Item, after: Item) -> None:
        name = self._attribute()
        self._expect("=")
        after[name] = self._operand(before)

    def _add(self, before: Item, after: Item) -> None:
        name, given = self._attribute(), self.values[self._next()]
        if "N" in given:
            known = float(before.get(name, {"N": "0"})["N"])
            after[name] = {"N": f"{known + float(given['N']):g}"}
        else:
            after[name] = {"SS": sorted({*before.get(name, {"SS": []})["SS"], *given["SS"]})}

    def _operand(self, item: Item) -> Any:
        token = self._next()
        if token == "if_not_exists":
            self._expect("(")
            name = self._attribute()
            self._expect(",")
            otherwise = self._operand(item)
            self._expect(")")
            return item.get(name, otherwise)
        if token == "size":
            self._expect("(")
            value = item.get(self._attribute())
            self._expect(")")
            return {"N": str(len(next(iter(value.values()))))} if value else None
        return self.values[token] if token.startswith(":") else item.get(self._named(token))

    def _either(self, item: Item) -> bool:
        result = self._both(item)
        while self._tokens[:1] == ["OR"]:
            self._next()
            result = self._both(item) or result
        return result

    def _both(self, item: Item) -> bool:
        result = self._not(item)
        while self._tokens[:1] == ["AND"]:
            self._next()
            result = self._not(item) and result
        return result

    def _not(self, item: Item) -> bool:
        if self._tokens[:1] == ["NOT"]:
            self._next()
            return not self._not(item)
        return self._term(item)

    def _term(self, item: Item) -> bool:
        token = self._tokens[0]
        if token == "(":
            self._next()
            result = self._either(item)
            self._expect(")")
            return result
        if token in ("attribute_exists", "attribute_not_exists"):
            self._next()
            self._expect("(")
            there = self._attribute() in item
            self._expect(")")
            return there is (token == "attribute_exists")
        if token == "contains":
            self._next()
            self._expect("(")
            value = item.get(self._attribute(), {"SS": []})
            self._expect(",")
            wanted = self._operand(item)["S"]
            self._expect(")")
            return wanted in next(iter(value.values()))
        left = self._operand(item)
        operator = self._next()
        if operator == "IN":
            listed = list(self._list(item))
            return left is not None and left in listed
        right = self._operand(item)
        return (
            left is not None
            and right is not None
            and bool(_COMPARE[operator](_plain(left), _plain(right)))
        )

    def _list(self, item: Item) -> Iterator[Any]:
        self._expect("(")
        yield self._operand(item)
        while self._tokens[:1] == [","]:
            self._next()
            yield self._operand(item)
        self._expect(")")

    def _attribute(self) -> str:
        return self._named(self._next())

    def _named(self, token: str) -> str:
        return self.names[token] if token.startswith("#") else token

    def _next(self) -> str:
        return self._tokens.pop(0)

    def _expect(self, token: str) -> None:
        found = self._next()
        assert found == token, f"{self.text}: {found} instead of {token}"

    def _end(self) -> None:
        assert not self._tokens, f"{self.text}: what is {self._tokens}?"


@lru_cache
def _tokens(text: str) -> tuple[str, ...]:
    tokens, at = [], 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        assert match, f"{text}: what is {text[at:]!r}?"
        tokens.append(match[1])
        at = match.end()
    return tuple(tokens)


def _plain(value: Any) -> Any:
    """A number as a number; the rest as DynamoDB compares it."""
    kind, content = next(iter(value.items()))
    return float(content) if kind == "N" else content
