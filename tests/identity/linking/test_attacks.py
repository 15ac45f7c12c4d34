"""What somebody may try with a link, a callback or a form that isn't theirs."""

import asyncio
import time
from urllib.parse import urlsplit

import pytest
from yarl import URL

from identity.linking import link_requests
from identity.people import ChatUser, Names
from tests.identity.application import Deployment, IdentityApplication
from tests.identity.browser import Browser, Page
from tests.identity.clock import Clock


async def _callback(
    application: IdentityApplication, browser: Browser, at_pool: Page, person: str
) -> str:
    """The callback address that the pool sends the browser to, not followed."""
    answer = await browser.sign_in(
        at_pool, person, application.deployment.passwords[person], follow=False
    )
    return answer.headers["Location"]


async def test_a_victim_who_opens_an_attackers_link_sees_whose_it_is(
    application: IdentityApplication, alice: Browser, slack_user: ChatUser
) -> None:
    """The attacker wants questions from their own chat account to run as Alice."""
    url = await application.link_url(slack_user, Names("Acme", "Mallory"))
    start = await alice.get(url)
    assert "Mallory" in start.text
    page = await application.to_confirmation(alice, url, "alice")
    assert "Mallory" in page.text
    assert slack_user.user in page.text
    assert "alice@example.com" in page.text
    # Nothing that happened so far, and no GET at all, has stored anything.
    assert await application.identity.links.get(slack_user) is None


async def test_an_attacker_who_takes_a_victims_link_is_named_to_the_victim(
    application: IdentityApplication, mallory: Browser, slack_user: ChatUser
) -> None:
    """The attacker wants Alice's questions to run, and be remembered, under their account."""
    url = await application.link_url(slack_user, Names("Acme", "Alice A."))
    page = await application.to_confirmation(mallory, url, "admin")
    assert "Alice A." in page.text
    await mallory.submit(page, "/link/confirm", answer="link")
    link = application.linked[-1]
    # What the receipt in Alice's own chat says.
    assert (link.chat_user, link.account, link.replaces) == (
        slack_user,
        "admin@example.com",
        False,
    )


async def test_a_link_that_leaked_cannot_replace_the_link_its_owner_made(
    application: IdentityApplication, alice: Browser, mallory: Browser, slack_user: ChatUser
) -> None:
    leaked = await application.link_url(slack_user)
    waiting = await application.to_confirmation(
        mallory, await application.link_url(slack_user), "admin"
    )
    await application.link(alice, slack_user, "alice")

    assert (await mallory.get(leaked)).status == 410
    late = await mallory.submit(waiting, "/link/confirm", answer="link")
    assert late.status == 410
    link = await application.identity.links.active(slack_user)
    assert link is not None
    assert link.account == "alice@example.com"


async def test_a_link_that_leaked_stays_void_when_its_owners_link_ends(
    application: IdentityApplication, alice: Browser, mallory: Browser, slack_user: ChatUser
) -> None:
    """There is no question left that waits, so no receipt would tell the owner of a new link."""
    leaked = await application.link_url(slack_user)
    waiting = await application.to_confirmation(
        mallory, await application.link_url(slack_user), "admin"
    )
    link = await application.link(alice, slack_user, "alice")
    assert await application.identity.tokens.revoke(link)

    assert (await mallory.get(leaked)).status == 410
    assert (await mallory.submit(waiting, "/link/confirm", answer="link")).status == 410
    assert await application.identity.links.active(slack_user) is None
    # Asking again makes a request that is younger than the link that has ended.
    assert (await alice.get(await application.link_url(slack_user))).status == 200


async def test_a_callback_replayed_in_another_browser_fails(
    application: IdentityApplication, alice: Browser, mallory: Browser, slack_user: ChatUser
) -> None:
    """The attacker signs in and lets the victim's browser finish it (login CSRF)."""
    at_pool = await application.to_pool(mallory, await application.link_url(slack_user))
    callback = await _callback(application, mallory, at_pool, "admin")

    stolen = await alice.get(callback)
    assert stolen.status == 400
    assert "started in another browser" in stolen.text

    # Also where the victim has a sign-in of their own under way.
    await alice.get("/auth/login", follow=False)
    assert (await alice.get(callback)).status == 400
    # The code is still good, but only where the sign-in began.
    assert (await mallory.get(callback)).status == 200


async def test_a_confirmation_of_another_session_fails(
    application: IdentityApplication, alice: Browser, mallory: Browser, slack_user: ChatUser
) -> None:
    page = await application.to_confirmation(
        mallory, await application.link_url(slack_user), "admin"
    )
    fields = {**page.form("/link/confirm").fields, "answer": "link"}
    assert (await alice.post("/link/confirm", fields)).status == 403

    own = await application.to_confirmation(
        alice, await application.link_url(ChatUser("slack", "T1", slack_user.user)), "alice"
    )
    csrf = own.form("/link/confirm").fields["csrf_token"]
    foreign = await alice.post("/link/confirm", {**fields, "csrf_token": csrf})
    assert foreign.status == 400
    assert await application.identity.links.get(slack_user) is None


@pytest.mark.parametrize("token", [None, "", "x" * 43])
async def test_a_confirmation_without_its_csrf_token_fails(
    application: IdentityApplication, alice: Browser, slack_user: ChatUser, token: str | None
) -> None:
    page = await application.to_confirmation(alice, await application.link_url(slack_user), "alice")
    fields = {"pending": page.form("/link/confirm").fields["pending"], "answer": "link"}
    if token is not None:
        fields["csrf_token"] = token
    refused = await alice.post("/link/confirm", fields)
    assert refused.status == 403
    assert await application.identity.links.get(slack_user) is None


async def test_a_wrong_state_fails(
    application: IdentityApplication, alice: Browser, slack_user: ChatUser
) -> None:
    at_pool = await application.to_pool(alice, await application.link_url(slack_user))
    callback = URL(await _callback(application, alice, at_pool, "alice"))
    for state in ("", "guess", f"{callback.query['state']}x"):
        assert (await alice.get(str(callback.update_query(state=state)))).status == 400
    assert (await alice.get(str(callback.without_query_params("state")))).status == 400


async def test_a_nonce_of_another_sign_in_fails(
    application: IdentityApplication, alice: Browser, slack_user: ChatUser
) -> None:
    """Somebody swaps the nonce on the way to the pool, to have an id token of theirs accepted."""
    at_pool = await application.to_pool(alice, await application.link_url(slack_user))
    at_pool.form("/login").fields["nonce"] = "somebody-elses"
    callback = await _callback(application, alice, at_pool, "alice")
    refused = await alice.get(callback)
    assert refused.status == 401
    assert "be verified. Please sign in again" in refused.text


async def test_a_code_of_another_sign_in_fails_by_pkce(
    application: IdentityApplication, alice: Browser, mallory: Browser, slack_user: ChatUser
) -> None:
    """Code injection: the attacker's code in a callback with the victim's state."""
    theirs = await application.to_pool(mallory, await application.link_url(slack_user))
    code = URL(await _callback(application, mallory, theirs, "admin")).query["code"]
    at_pool = await application.to_pool(alice, await application.link_url(slack_user))
    state = at_pool.query["state"]
    injected = await alice.get(f"/auth/callback?code={code}&state={state}")
    assert injected.status == 400
    assert "be completed here" in injected.text


async def test_a_request_works_once(
    application: IdentityApplication, alice: Browser, mallory: Browser, slack_user: ChatUser
) -> None:
    url = await application.link_url(slack_user)
    page = await application.to_confirmation(alice, url, "alice")
    done = await alice.submit(page, "/link/confirm", answer="link")
    assert done.status == 200
    linked = len(application.linked)
    assert (await alice.submit(page, "/link/confirm", answer="link")).text == done.text
    assert len(application.linked) == linked
    used = await mallory.get(url)
    assert used.status == 410
    assert "works once" in used.text


async def test_of_two_tabs_that_confirm_one_request_at_once_one_wins(
    application: IdentityApplication, alice: Browser, slack_user: ChatUser
) -> None:
    url = await application.link_url(slack_user)
    pages = [await application.to_confirmation(alice, url, person) for person in ("alice", "admin")]
    granted = await application.waiting_tokens(alice, slack_user)
    before = len(application.linked)
    answers = await asyncio.gather(
        *(alice.submit(page, "/link/confirm", answer="link") for page in pages)
    )
    assert sorted(answer.status for answer in answers) == [200, 410]
    assert len(application.linked) == before + 1
    # What was granted to the one that came second is good for nothing.
    assert sorted([await application.refreshes(token) for token in granted]) == [False, True]


async def test_an_expired_request_fails_at_every_step(
    application: IdentityApplication, alice: Browser, slack_user: ChatUser, clock: Clock
) -> None:
    url = await application.link_url(slack_user)
    start = await alice.get(url)
    page = await application.to_confirmation(alice, url, "alice")
    clock.forward(link_requests.LIFETIME + 1)
    assert (await alice.get(url)).status == 410
    assert (await alice.submit(start, urlsplit(url).path)).status == 410
    assert (await alice.submit(page, "/link/confirm", answer="link")).status in {400, 410}
    assert await application.identity.links.get(slack_user) is None


@pytest.mark.parametrize("guess", ["confirm", "x", "0" * 64, "A" * 43, "%2e%2e", "a" * 4_000])
async def test_an_unknown_request_says_how_to_get_one(
    application: IdentityApplication, alice: Browser, guess: str
) -> None:
    page = await alice.get(f"/link/{guess}")
    assert page.status == 410
    assert "Ask your question again" in page.text


async def test_a_link_belongs_to_the_browser_that_goes_on_with_it_first(
    application: IdentityApplication, alice: Browser, mallory: Browser, slack_user: ChatUser
) -> None:
    """Also where both have looked at it before: looking takes nothing."""
    url = await application.link_url(slack_user)
    theirs, own = await mallory.get(url), await alice.get(url)
    at_pool = await alice.submit(own, urlsplit(url).path)

    for late in (
        await mallory.submit(theirs, urlsplit(url).path),
        await mallory.get(url),
    ):
        assert late.status == 409
        assert "in another browser" in late.text
        assert "ask your question again" in late.text
        assert slack_user.user not in late.text
    assert (await mallory.get("/chat")).text == "hello stranger"
    # It is a page of its own browser as often as that one likes.
    assert (await alice.get(url)).status == 200
    await alice.submit(await alice.get(url), urlsplit(url).path)
    page = await alice.sign_in(at_pool, "alice", application.deployment.passwords["alice"])
    assert (await alice.submit(page, "/link/confirm", answer="link")).status == 200


async def test_of_two_browsers_that_go_on_at_once_one_wins(
    application: IdentityApplication, alice: Browser, mallory: Browser, slack_user: ChatUser
) -> None:
    url = await application.link_url(slack_user)
    pages = [(alice, await alice.get(url)), (mallory, await mallory.get(url))]
    answers = await asyncio.gather(
        *(browser.submit(page, urlsplit(url).path) for browser, page in pages)
    )
    assert sorted(answer.status for answer in answers) == [200, 409]


async def test_a_link_is_claimed_by_its_own_page_only(
    application: IdentityApplication, alice: Browser, mallory: Browser, slack_user: ChatUser
) -> None:
    """Another site's form has no cookie of ours; another browser's form has another one."""
    url = await application.link_url(slack_user)
    path = urlsplit(url).path
    assert (await alice.post(path)).status == 403
    theirs = (await mallory.get(url)).form(path).fields
    await alice.get(url)
    assert (await alice.post(path, theirs)).status == 403
    assert (await mallory.get(url)).status == 200


async def test_an_old_link_can_do_nothing_once_its_owner_has_a_new_one(
    application: IdentityApplication, alice: Browser, mallory: Browser, slack_user: ChatUser
) -> None:
    """What an asker does whose link went on elsewhere: ask again."""
    taken = await application.link_url(slack_user)
    waiting = await application.to_confirmation(mallory, taken, "admin")
    assert (await alice.get(taken)).status == 409
    await application.link(alice, slack_user, "alice")
    assert (await mallory.submit(waiting, "/link/confirm", answer="link")).status == 410


async def test_a_preview_uses_nothing_up(
    application: IdentityApplication, alice: Browser, slack_user: ChatUser
) -> None:
    url = await application.link_url(slack_user)
    async with Browser(application.deployment.url) as unfurler:
        for _ in range(3):
            assert (await unfurler.get(url)).status == 200
        assert unfurler.cookie is None
    page = await application.to_confirmation(alice, url, "alice")
    assert (await alice.submit(page, "/link/confirm", answer="link")).status == 200


async def test_the_table_of_requests_opens_no_link(
    application: IdentityApplication, deployment: Deployment, alice: Browser, slack_user: ChatUser
) -> None:
    url = await application.link_url(slack_user)
    secret = urlsplit(url).path.rsplit("/", 1)[1]
    rows = deployment.aws.client("dynamodb").scan(
        TableName=deployment.parameters["link_requests_table"]
    )["Items"]
    assert secret not in str(rows)
    row = next(row for row in rows if row["chat_user"]["S"] == slack_user.key)
    assert (await alice.get(f"/link/{row['id']['S']}")).status == 410
    assert 590 < int(row["expires_at"]["N"]) - time.time() <= 600
