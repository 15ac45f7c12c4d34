"""Who would gain or lose what by another policy, over the people and the turns of a time. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bots.platform import Audience
from bots.tool_rights.policy import CLIENT_FIELDS, Outcome, Person, Policy, Right
from bots.usage.daily_turns import TurnRecord

Outcomes = Mapping[tuple[str, Right, Audience], Outcome]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that some people may do otherwise in one place."""

    right: Right
    audience: Audience
    before: Outcome
    after: Outcome
    people: tuple[Person, ...]

    @property
    def kind(self) -> str:
        """``gain``, ``lose`` or ``other``, of the people it is about."""
        before, after = _width(self.before), _width(self.after)
        if after != before:
            return "gain" if after > before else "lose"
        return "lose" if self.after.asked else "gain"


@dataclass(frozen=True, slots=True)
class ChangedTurns:
    """The turns whose calls of a tool would have ended otherwise.

    :param refused, asked, permitted: turns with such a call that would now be refused, would now
        wait for approval, or would now be let through.
    """

    tool: str
    refused: int
    asked: int
    permitted: int
    people: int


@dataclass(frozen=True, slots=True)
class Difference:
    """All that would be otherwise."""

    changes: tuple[Change, ...]
    turns: tuple[ChangedTurns, ...]

    def __bool__(self) -> bool:
        return bool(self.changes or self.turns)


def rights_of(*policies: Policy, used: Sequence[str] = ()) -> list[Right]:
    """All that the policies speak of, and the tools that were used."""
    tools = {tool for policy in policies for tool in policy.tools} | set(used)
    fields = [Right(name, field=True) for name in CLIENT_FIELDS]
    return [*(Right(tool) for tool in sorted(tools) if '"' not in tool), *fields]


def difference(
    before: Policy, after: Policy, people: Sequence[Person], turns: Sequence[TurnRecord]
) -> Difference:
    """What the second policy would change, person by person and turn by turn.

    :param people: everybody in a group that one of the policies names.
    """
    used = {tool for turn in turns for tool in turn.tools}
    askers = {turn.subject for turn in turns if turn.subject and turn.tools}
    known = {person.subject for person in people}
    gone = [Person(one, "", frozenset()) for one in sorted(askers - known)]
    everybody, rights = [*people, *gone], rights_of(before, after, used=sorted(used))
    old, new = before.outcomes(everybody, rights), after.outcomes(everybody, rights)
    return Difference(_changes(old, new, everybody), _changed_turns(old, new, turns))


def _changes(old: Outcomes, new: Outcomes, people: Sequence[Person]) -> tuple[Change, ...]:
    """Grouped by what is changed, in one order."""
    named = {person.subject: person for person in people}
    groups: dict[tuple[Right, Audience, Outcome, Outcome], list[Person]] = defaultdict(list)
    for (subject, right, audience), was in old.items():
        now = new[subject, right, audience]
        if was.words != now.words:
            groups[right, audience, was, now].append(named[subject])
    changes = [Change(*key, tuple(who)) for key, who in groups.items()]
    order = list(Audience)
    changes.sort(key=lambda one: (one.right, order.index(one.audience), one.after.words))
    return tuple(changes)


def _changed_turns(
    old: Outcomes, new: Outcomes, turns: Sequence[TurnRecord]
) -> tuple[ChangedTurns, ...]:
    """By tool. A call is made where its person may make it alone: elsewhere it is private."""
    found: dict[str, list[tuple[TurnRecord, Outcome, Outcome]]] = defaultdict(list)
    for turn in turns:
        for tool in {*turn.tools}:
            key = (turn.subject, Right(tool), Audience.ALONE)
            if key in old and old[key].words != new[key].words:
                found[tool].append((turn, old[key], new[key]))
    return tuple(
        ChangedTurns(
            tool,
            refused=sum(was.alone and not now.alone for _, was, now in those),
            asked=sum(now.waits and not was.waits for _, was, now in those),
            permitted=sum(now.alone and not was.alone for _, was, now in those),
            people=len({turn.subject for turn, _, _ in those}),
        )
        for tool, those in sorted(found.items())
    )


def _width(outcome: Outcome) -> int:
    return int(outcome.here) + int(outcome.alone or outcome.here)
