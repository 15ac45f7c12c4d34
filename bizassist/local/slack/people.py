"""Who writes here: the sample people, and those who are none of the workspace's people."""

from dataclasses import dataclass

from bizassist.local.slack.errors import SlackError

SLACK, SLACKBOT = "USLACK", "USLACKBOT"
OTHER_BOT, FORMER, VISITOR = "U0OTHERBOT0", "U0FORMER000", "U0VISITOR00"
VISITORS_TEAM = "T0ELSEWHERE"


@dataclass(frozen=True, slots=True)
class Person:
    """Whoever can be named here.

    :param dm: the channel of their direct messages with the assistant; empty for those who are
        none of this workspace's people.
    :param hidden: Slack's own, whom ``users.info`` does not know.
    :param team: their workspace; empty for this one.
    """

    id: str
    name: str
    real_name: str
    dm: str = ""
    is_bot: bool = False
    deleted: bool = False
    hidden: bool = False
    team: str = ""


PEOPLE = {
    person.id: person
    for person in (
        Person("U0ALICE0000", "alice", "Alice Example", "D0ALICE0000"),
        Person("U0ADMIN0000", "admin", "Admin Example", "D0ADMIN0000"),
    )
}

OTHERS = {
    other.id: other
    for other in (
        # Posts "… archived the channel" into an app's direct messages, without subtype or bot_id
        # (recorded in vercel/chat, packages/adapter-slack/sample-messages.md).
        Person(SLACK, "slack", "Slack", hidden=True),
        # Reminders come from it; users.info says that it is no bot.
        Person(SLACKBOT, "slackbot", "Slackbot"),
        Person(OTHER_BOT, "other_bot", "Other Bot", is_bot=True),
        Person(FORMER, "former", "Former Example", deleted=True),
        Person(VISITOR, "visitor", "Visitor Example", team=VISITORS_TEAM),
    )
}


def person(user: str) -> Person:
    """A sample person.

    :raises SlackError: ``user_not_found``, as Slack says of people of another company.
    """
    if user not in PEOPLE:
        raise SlackError("user_not_found")
    return PEOPLE[user]


def account(user: str) -> Person:
    """Whoever ``users.info`` tells something about.

    :raises SlackError: ``user_not_found``, for people of another company too.
    """
    other = OTHERS.get(user)
    if other and not other.hidden and not other.team:
        return other
    return person(user)


def addressee(user: str) -> Person:
    """A person whom the app can write to directly.

    :raises SlackError: ``cannot_dm_bot``, ``user_disabled`` (conversations.open, its errors),
        ``user_not_found``.
    """
    other = OTHERS.get(user)
    if other and (other.is_bot or user == SLACKBOT):
        raise SlackError("cannot_dm_bot")
    if other and other.deleted:
        raise SlackError("user_disabled")
    return person(user)
