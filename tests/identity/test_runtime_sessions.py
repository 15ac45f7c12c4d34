"""A person's runtime session ends when they sign out or leave, and for no other reason."""

import asyncio

import pytest

from identity.links import Link
from identity.people import ChatUser, runtime_session
from identity.runtime_sessions import RuntimeSessions
from tests.identity.application import IdentityApplication
from tests.identity.clock import Clock
from tests.identity.fresh_accounts import FreshAccount
from tests.identity.process import Process


async def asked(
    application: IdentityApplication, person: FreshAccount, chat_user: ChatUser
) -> tuple[str, str]:
    """A person who has asked in a chat: their runtime session and token."""
    link = await application.link(person.browser, chat_user, person.username)
    token = await application.identity.tokens.access_token(link)
    return link.runtime_session, token


async def test_signing_out_ends_it(
    application: IdentityApplication, person: FreshAccount, slack_user: ChatUser
) -> None:
    known = await asked(application, person, slack_user)
    await application.identity.tokens.access_token(
        await _active(application, slack_user)
    )  # asking again ends nothing
    assert known not in application.stopped

    page = await person.browser.get("/auth/logout")
    await person.browser.submit(page, "/auth/logout", follow=False)

    assert application.stopped.count(known) == 1


async def test_unlinking_ends_it(
    application: IdentityApplication, person: FreshAccount, slack_user: ChatUser
) -> None:
    known = await asked(application, person, slack_user)

    assert await application.identity.tokens.revoke(await _active(application, slack_user))

    assert application.stopped.count(known) == 1


async def test_unlinking_in_a_process_that_never_served_the_person_ends_it(
    application: IdentityApplication,
    person: FreshAccount,
    slack_user: ChatUser,
    other_process: Process,
) -> None:
    """As the command line, an administrator's page and another task of the service do it."""
    link = await application.link(person.browser, slack_user, person.username)

    assert await other_process.broker.revoke(await _active(application, slack_user))

    (stopped,) = other_process.stopped
    assert stopped[0] == link.runtime_session
    verified = await application.identity.token_verifier.verify_access_token(stopped[1])
    assert verified.subject == person.subject


async def test_who_is_disabled_has_none(
    application: IdentityApplication, person: FreshAccount, slack_user: ChatUser, clock: Clock
) -> None:
    known = await asked(application, person, slack_user)

    person.disable()
    clock.forward(60)
    await person.browser.get("/me", follow=False)

    assert application.stopped.count(known) == 1


@pytest.mark.parametrize("error", [OSError("secret"), None])
async def test_a_runtime_that_does_not_answer_keeps_nobody(
    error: OSError | None, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def stop(session: str, token: str) -> None:
        if error:
            raise error
        await asyncio.Event().wait()

    monkeypatch.setattr("identity.runtime_sessions.MOST_SECONDS", 0.05)
    sessions = RuntimeSessions(stop)
    sessions.used("alice", "token-of-alice", 60)
    await sessions.end("alice")

    assert "was not ended" in caplog.text
    assert "secret" not in caplog.text
    assert "token-of-alice" not in caplog.text


async def test_only_a_known_token_that_is_still_good_is_used() -> None:
    stopped: list[tuple[str, str]] = []

    async def stop(session: str, token: str) -> None:
        stopped.append((session, token))

    sessions = RuntimeSessions(stop)
    sessions.used("alice", "old", 60)
    sessions.used("alice", "new", 60)
    sessions.used("bob", "over", -1)
    for subject in ("alice", "alice", "bob", "nobody"):
        await sessions.end(subject)

    assert stopped == [(runtime_session("alice"), "new")]


async def _active(application: IdentityApplication, chat_user: ChatUser) -> Link:
    link = await application.identity.links.active(chat_user)
    assert link
    return link
