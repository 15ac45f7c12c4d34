"""What a policy says in words is what the agent judges, and what another one changes is exact."""

from itertools import product
from typing import Any

import pytest

from agent.authorization.rights import POLICY, Rights
from agent.request.audience import Audience as AgentsAudience
from agent.request.audience import RunAudience
from agent.request.caller import Caller
from agent.tools.client_account_search import FIELDS
from bots.platform import Audience
from bots.tool_rights.admin_page import rows
from bots.tool_rights.difference import Change, ChangedTurns, Difference, difference, rights_of
from bots.tool_rights.errors import PolicyRefused
from bots.tool_rights.policy import CLIENT_FIELDS, Person, Policy, Right
from tests.agent.authorization.test_audience import ADMINS, GROUPS, USERS, WIDEST, judged
from tests.bots.usage.test_admin_page import turn
from tests.some import some

ALICE = Person("alice", "alice@example.com", frozenset({USERS}))
ADMIN = Person("admin", "admin@example.com", frozenset({USERS, ADMINS}))
CARLA = Person("carla", "carla@example.com", frozenset({ADMINS}))
EVERYBODY = [ALICE, ADMIN, CARLA]
SEARCH, SERIALS = Right("search___web_search"), Right("warranty___find_serial_numbers")
POLICY_SEARCH = Right("search_company_policy")


def changed(old: str, new: str) -> Policy:
    assert old in POLICY
    return Policy(POLICY.replace(old, new))


def of(after: Policy, *turns: Any) -> Difference:
    return difference(Policy(POLICY), after, EVERYBODY, turns)


def told(change: Change) -> tuple[str, str, str, str, list[str]]:
    names = [person.subject for person in change.people]
    return change.right.name, change.audience.value, change.before.words, change.after.words, names


def test_the_page_judges_as_the_agent_does() -> None:
    people = [Person(f"p{at}", "", frozenset(groups)) for at, groups in enumerate(GROUPS)]
    outcomes = Policy(POLICY).outcomes(people, [Right(tool) for tool in WIDEST])
    for (at, groups), tool, audience in some(product(enumerate(GROUPS), WIDEST, Audience)):
        allowed, after = judged(groups, AgentsAudience(audience.value), tool)
        outcome = outcomes[f"p{at}", Right(tool), audience]
        assert allowed is (outcome.here or outcome.alone), (groups, tool, audience)
        assert outcome.here is (allowed and after.value == audience.value)


def test_the_page_knows_the_fields_as_the_agent_does() -> None:
    assert CLIENT_FIELDS == FIELDS
    fields = [Right(name, field=True) for name in CLIENT_FIELDS]
    outcomes = Policy(POLICY).outcomes(EVERYBODY, fields)
    for person, right, audience in some(product(EVERYBODY, fields, Audience)):
        reading = RunAudience(AgentsAudience(audience.value))
        may = Rights(Caller(person.subject, person.groups), reading).may_see(
            "ClientField", right.name
        )
        outcome = outcomes[person.subject, right, audience]
        assert may is (outcome.here or outcome.alone), (person, right, audience)


def test_the_policy_in_words() -> None:
    said = {(row.right.name, row.group): row for row in rows(Policy(POLICY))}

    policy = said["search_company_policy", USERS]
    assert [one.words for one in policy.outcomes] == ["yes", "yes", "privately"]
    serials = said["warranty___find_serial_numbers", ADMINS]
    assert [one.words for one in serials.outcomes] == [
        "yes, with approval",
        "privately, with approval",
        "privately, with approval",
    ]
    assert serials.approval.startswith("It shows which devices a customer has")
    assert ("warranty___find_serial_numbers", USERS) not in said
    assert said["email", ADMINS].outcomes[0].words == "yes"
    assert ("email", USERS) not in said


def test_the_same_policy_changes_nothing() -> None:
    found = of(Policy(f"// a remark\n{POLICY}"), turn(subject="alice", tools=(SEARCH.name,)))

    assert not found


def test_who_loses_a_tool_and_whose_turns_would_have_been_refused() -> None:
    after = changed(
        'permit (\n    principal,\n    action in [\n        Action::"search___web_search"',
        'permit (\n    principal in Group::"bizassist-admins",\n    action in [\n'
        '        Action::"search___web_search"',
    )
    after = Policy(after.text.replace('        Action::"search___web_search",\n', ""))
    turns = [
        turn(subject="alice", tools=(SEARCH.name, SEARCH.name)),
        turn(subject="alice", tools=(SEARCH.name,)),
        turn(subject="admin", tools=(SEARCH.name,)),
        turn(subject="alice", tools=(POLICY_SEARCH.name,)),
    ]
    found = of(after, *turns)

    assert [told(one) for one in some(found.changes)] == [
        (SEARCH.name, place, "yes", "no", ["alice"])
        for place in ("alone", "colleagues", "outsiders")
    ]
    assert {one.kind for one in found.changes} == {"lose"}
    assert found.turns == (ChangedTurns(SEARCH.name, refused=2, asked=0, permitted=0, people=1),)


def test_who_gains_a_tool_and_where() -> None:
    after = Policy(
        POLICY
        + 'permit (principal in Group::"bizassist-users", action == '
        + f'Action::"{SERIALS.name}", resource) when {{ context.session.audience == "alone" }};'
    )
    found = of(after, turn(subject="alice", tools=(SERIALS.name,)))

    assert [told(one) for one in some(found.changes)] == [
        (SERIALS.name, "alone", "no", "yes, with approval", ["alice"]),
        (SERIALS.name, "colleagues", "no", "privately, with approval", ["alice"]),
        (SERIALS.name, "outsiders", "no", "privately, with approval", ["alice"]),
    ]
    assert {one.kind for one in found.changes} == {"gain"}
    assert found.turns == (ChangedTurns(SERIALS.name, refused=0, asked=1, permitted=1, people=1),)


def test_a_place_that_closes_and_an_approval_that_comes() -> None:
    after = changed('@id("everyone")', '@id("everyone")\n@approval("It asks.")')
    closed = changed(
        'context.session.audience != "outsiders"', 'context.session.audience == "alone"'
    )
    used = turn(subject="carla", tools=(POLICY_SEARCH.name,))

    asked = of(after, used)
    assert ChangedTurns(POLICY_SEARCH.name, 0, asked=1, permitted=0, people=1) in asked.turns
    assert {one.kind for one in some(asked.changes)} == {"lose"}
    places = {told(one)[:4] for one in of(closed, used).changes}
    assert (POLICY_SEARCH.name, "colleagues", "yes", "privately") in places
    assert of(closed, used).turns == ()  # alone it goes on, so no call would have been refused


def test_one_person_who_is_named_gains_alone() -> None:
    after = Policy(f'{POLICY}permit (principal == User::"carla", action == Action::"x", resource);')

    assert {told(one)[4][0] for one in some(of(after).changes)} == {"carla"}
    assert after.names_people


def test_whoever_is_in_no_group_any_more_has_turns_too() -> None:
    after = Policy(f'{POLICY}permit (principal, action == Action::"{SEARCH.name}", resource);')
    found = of(after, turn(subject="gone", tools=(SEARCH.name,)))

    assert found.turns == (ChangedTurns(SEARCH.name, refused=0, asked=0, permitted=1, people=1),)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("permit everything", "It is no Cedar policy: "),
        ('@approval permit (principal, action == Action::"x", resource);', "@approval needs"),
        ('@approval("It acts.") permit (principal, action, resource);', "@approval needs"),
        ('@changes("a little") permit (principal, action == Action::"x", resource);', "@changes"),
    ],
)
def test_a_policy_that_the_agent_would_not_start_with_is_refused(text: str, why: str) -> None:
    with pytest.raises(PolicyRefused, match=why):
        Policy(text)


@pytest.mark.parametrize(
    ("condition", "more"),
    [
        ('context.session.audience == "alone"', False),
        ("context.session.hour_utc < 18", True),
        ('context.input.client == "C-1"', True),
        ("context has input", True),
    ],
)
def test_a_policy_that_looks_at_what_nobody_knows_before_says_so(
    condition: str, more: bool
) -> None:
    text = f'permit (principal, action == Action::"x", resource) when {{ {condition} }};'

    assert Policy(text).depends_on_more is more


def test_all_that_is_spoken_of_or_used_is_looked_at() -> None:
    names = {right.name for right in rights_of(Policy(POLICY), used=["an_old_tool"])}

    assert {"an_old_tool", "forget", SEARCH.name, "email"} <= names
