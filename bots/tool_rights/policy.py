"""A policy of rights read by Cedar itself: what it names, and what it decides. Pure."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import cedarpy

from bots.platform import Audience
from bots.tool_rights.errors import PolicyRefused

CLIENT_FIELDS = ("client_id", "name", "status", "plan", "email", "account_manager")
"""The fields of a client's account (``agent/tools/client_account_search.py``)."""
SEE, FIELD = "see", "ClientField"
ASKED, CHANGES, NOTHING = "approval", "changes", "nothing"


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a policy judges: their subject, what others call them, and their groups."""

    subject: str
    name: str
    groups: frozenset[str]


@dataclass(frozen=True, slots=True, order=True)
class Right:
    """What may be permitted: a tool, or with ``field`` one field of a client's account."""

    name: str
    field: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a policy lets a person do in one place.

    :param here: they may, where these read along.
    :param alone: they may where nobody reads along, so elsewhere they are answered privately.
    :param asked: each call waits for their approval.
    """

    here: bool
    alone: bool
    asked: bool

    @property
    def waits(self) -> bool:
        """Whether a call is made, and waits for approval before."""
        return self.alone and self.asked

    @property
    def words(self) -> str:
        """The same for a reader."""
        if not self.here and not self.alone:
            return "no"
        place = "yes" if self.here else "privately"
        return f"{place}, with approval" if self.asked else place


@dataclass(frozen=True)
class Policy:
    """One policy file.

    :param text: in Cedar.
    :raises PolicyRefused: when the agent would not start with it.
    """

    text: str

    def __post_init__(self) -> None:
        for annotation in (ASKED, CHANGES):
            self._annotated(annotation)

    @cached_property
    def approvals(self) -> Mapping[str, str]:
        """The tools that wait for approval, with what is said of a call."""
        return self._annotated(ASKED)

    @cached_property
    def tools(self) -> frozenset[str]:
        """The tools that it names."""
        return frozenset(self._entities("Action")) - {SEE}

    @cached_property
    def groups(self) -> frozenset[str]:
        """The groups that it names."""
        return frozenset(self._entities("Group"))

    @cached_property
    def names_people(self) -> bool:
        """Whether it names single people, so that a group does not say what somebody may do."""
        return any(True for _ in self._entities("User"))

    @cached_property
    def depends_on_more(self) -> bool:
        """Whether it looks at arguments, the hour or earlier calls, which nobody knows before."""
        return bool(set(_context(self._rules)) - {("session", "audience"), ("session",)})

    def outcomes(
        self, people: Sequence[Person], rights: Sequence[Right]
    ) -> dict[tuple[str, Right, Audience], Outcome]:
        """What each may do in each place, by subject; judged as the agent judges."""
        asked = [
            (person, right, audience)
            for person in people
            for right in rights
            for audience in Audience
        ]
        results = cedarpy.is_authorized_batch(
            [_request(*one) for one in asked], self.text, _members(people)
        )
        allowed = {
            (person.subject, right, audience): result.allowed
            for (person, right, audience), result in zip(asked, results, strict=True)
        }
        return {
            (subject, right, audience): Outcome(
                here,
                alone=allowed[subject, right, Audience.ALONE],
                asked=not right.field and right.name in self.approvals,
            )
            for (subject, right, audience), here in allowed.items()
        }

    @cached_property
    def _rules(self) -> list[Any]:
        try:
            parsed = json.loads(cedarpy.policies_to_json_str(self.text))
        except ValueError as error:
            raise PolicyRefused(f"It is no Cedar policy: {' '.join(str(error).split())}") from None
        return list(parsed["staticPolicies"].values())

    def _entities(self, kind: str) -> Iterator[str]:
        for entry in _mappings(self._rules):
            if entry.get("type") == kind and "id" in entry:
                yield str(entry["id"])

    def _annotated(self, annotation: str) -> dict[str, str]:
        """Each tool of the rules with an annotation, with its words; as the agent demands it."""
        words_of: dict[str, str] = {}
        for rule in self._rules:
            if annotation not in rule.get("annotations", {}):
                continue
            words, action = rule["annotations"][annotation], rule["action"]
            tools = action.get("entities") or [action.get("entity")]
            if not words or None in tools or (annotation == CHANGES and words != NOTHING):
                raise PolicyRefused(f"@{annotation} needs its words, and a policy that names tools")
            words_of |= {tool["id"]: words for tool in tools}
        return words_of


def _request(person: Person, right: Right, audience: Audience) -> dict[str, Any]:
    """The question as the agent asks it (``agent/authorization/rights.py``)."""
    resource = f'{FIELD}::"{right.name}"' if right.field else 'Resource::"agent"'
    session: dict[str, Any] = {"audience": audience.value}
    if not right.field:
        session |= {"hour_utc": 12, "call_count": 1}
    return {
        "principal": f"User::{json.dumps(person.subject)}",
        "action": f"Action::{json.dumps(SEE if right.field else right.name)}",
        "resource": resource,
        "context": {"session": session} if right.field else {"input": {}, "session": session},
    }


def _members(people: Sequence[Person]) -> list[dict[str, Any]]:
    groups = sorted({group for person in people for group in person.groups})
    return [
        *(
            {
                "uid": {"type": "User", "id": person.subject},
                "attrs": {},
                "parents": [{"type": "Group", "id": group} for group in sorted(person.groups)],
            }
            for person in people
        ),
        *({"uid": {"type": "Group", "id": one}, "attrs": {}, "parents": []} for one in groups),
    ]


def _mappings(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    for entry in value if isinstance(value, list) else ():
        yield from _mappings(entry)


def _context(value: Any) -> Iterator[tuple[str, ...]]:
    """The paths below ``context`` that rules look at."""
    for entry in _mappings(value):
        for operator in (".", "has"):
            path = _path(entry.get(operator))
            if path:
                yield path


def _path(access: Any) -> tuple[str, ...]:
    if not isinstance(access, dict) or "attr" not in access:
        return ()
    left = access.get("left", {})
    if left.get("Var") == "context":
        return (str(access["attr"]),)
    inner = _path(left.get("."))
    return (*inner, str(access["attr"])) if inner else ()
