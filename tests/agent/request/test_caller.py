"""Only a good access token of this user pool, client and group names a caller."""

import json
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from agent.errors import (
    ForbiddenError,
    MissingTokenError,
    SigningKeysUnavailableError,
    TokenError,
)
from agent.request.caller import Caller
from agent.request.signing_keys import KEEP_SECONDS, REFETCH_SECONDS, SigningKeys
from agent.request.token_verification import Authorizer
from tests.agent.local_agent import Cloud, serving, sign_in
from tests.agent.token_issuer import CLIENT, NAME, SUBJECT, Issuer, new_key

GROUPS = frozenset({"bizassist-users", "bizassist-admins"})


class Clock:
    """Time that passes when a test says so."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest_asyncio.fixture
async def issuer(clock: Clock) -> AsyncIterator[tuple[Issuer, Authorizer]]:
    issuer = Issuer()
    async with serving(issuer.app()) as address:
        keys = SigningKeys(f"{address}/discovery", clock)
        yield issuer, Authorizer(keys, NAME, CLIENT, GROUPS)


async def test_a_good_token_names_its_subject_and_groups(
    issuer: tuple[Issuer, Authorizer],
) -> None:
    made, authorizer = issuer
    caller = await authorizer.caller(f"Bearer {made.token()}")

    assert caller == Caller(SUBJECT, frozenset({"bizassist-users"}))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"token_use": "id"}, "Claim 'token_use' value mismatch with configuration."),
        ({"token_use": None}, "Claim 'token_use' value mismatch with configuration."),
        ({"client_id": "another"}, "Claim 'client_id' value mismatch with configuration."),
        ({"client_id": None, "aud": CLIENT}, "Claim 'client_id' value mismatch with"),
        ({"iss": "https://evil.example"}, "Invalid Bearer token."),
        ({"iss": None}, "Invalid Bearer token."),
        ({"exp": None}, "Invalid Bearer token."),
        ({"exp": 1_700_000_000}, "Token has expired."),
        ({"sub": None}, "Claim 'sub' value mismatch with configuration."),
        ({"sub": "a/../b"}, "Claim 'sub' value mismatch with configuration."),
        ({"sub": "alice@example.com"}, "Claim 'sub' value mismatch with configuration."),
        ({"sub": "*"}, "Claim 'sub' value mismatch with configuration."),
        ({"sub": "\u0430lice"}, "Claim 'sub' value mismatch with configuration."),
        ({"sub": "a" * 256}, "Claim 'sub' value mismatch with configuration."),
        ({"sub": f"{SUBJECT}\n"}, "Claim 'sub' value mismatch with configuration."),
    ],
)
async def test_a_wrong_claim_is_refused(
    issuer: tuple[Issuer, Authorizer], changes: dict[str, Any], sentence: str
) -> None:
    made, authorizer = issuer
    with pytest.raises(TokenError) as refused:
        await authorizer.caller(f"Bearer {made.token(**changes)}")

    assert str(refused.value).startswith(sentence)
    assert refused.value.status == 401


@pytest.mark.parametrize("groups", [None, [], ["others"], "bizassist-users", [["bizassist-users"]]])
async def test_a_person_outside_the_groups_is_forbidden(
    issuer: tuple[Issuer, Authorizer], groups: object
) -> None:
    made, authorizer = issuer
    with pytest.raises(ForbiddenError) as refused:
        await authorizer.caller(f"Bearer {made.token(None, **{'cognito:groups': groups})}")

    assert refused.value.status == 403


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer  ", "Basic YWxpY2U6eA=="])
async def test_without_a_bearer_token_nobody_asks(
    issuer: tuple[Issuer, Authorizer], header: str | None
) -> None:
    with pytest.raises(MissingTokenError, match="Missing Authentication Token"):
        await issuer[1].caller(header)


async def test_a_token_that_nobody_or_somebody_else_signed_is_refused(
    issuer: tuple[Issuer, Authorizer],
) -> None:
    made, authorizer = issuer
    header, body, signature = made.token().split(".")
    unsigned = urlsafe_b64encode(json.dumps({"alg": "none"}).encode()).decode().rstrip("=")
    stranger = new_key()
    forged = made.token(key=stranger)
    same_id = urlsafe_b64encode(json.dumps({"alg": "RS256", "kid": made.key.kid}).encode()).decode()
    for token in (
        f"{unsigned}.{body}.",
        f"{header}.{body}.{signature[:-8]}AAAAAAAA",
        forged,
        f"{same_id.rstrip('=')}.{body}.{forged.split('.')[2]}",
        "not.a.token",
        "x",
        "é" * 10,
    ):
        with pytest.raises(TokenError, match="Invalid Bearer token"):
            await authorizer.caller(f"Bearer {token}")


async def test_keys_are_kept_and_a_new_key_is_found_but_not_on_every_strangers_word(
    issuer: tuple[Issuer, Authorizer], clock: Clock
) -> None:
    made, authorizer = issuer
    for _ in range(3):
        await authorizer.caller(f"Bearer {made.token()}")
    assert made.fetched == 1

    made.key = new_key()
    with pytest.raises(TokenError):  # within the pause nobody makes us ask again
        await authorizer.caller(f"Bearer {made.token()}")
    assert made.fetched == 1

    clock.now += REFETCH_SECONDS + 1
    caller = await authorizer.caller(f"Bearer {made.token()}")
    assert caller.subject == SUBJECT
    assert made.fetched == 2


async def test_old_keys_serve_while_the_issuer_is_down_and_none_means_nobody(
    issuer: tuple[Issuer, Authorizer], clock: Clock
) -> None:
    made, authorizer = issuer
    made.down = True
    with pytest.raises(SigningKeysUnavailableError):
        await authorizer.caller(f"Bearer {made.token()}")

    made.down = False
    await authorizer.caller(f"Bearer {made.token()}")
    made.down = True
    clock.now += KEEP_SECONDS + 1
    caller = await authorizer.caller(f"Bearer {made.token()}")
    assert caller.subject == SUBJECT


async def test_cognitos_own_tokens(cloud: Cloud) -> None:
    known = cloud.parameters
    authorizer = Authorizer(
        SigningKeys(known["discovery_url"]), known["issuer"], known["web_client_id"], GROUPS
    )
    caller = await authorizer.caller(f"Bearer {cloud.tokens['admin']}")
    assert caller == Caller(cloud.subjects["admin"], GROUPS)

    identity = sign_in(known, "alice", "IdToken")
    with pytest.raises(TokenError, match="token_use"):
        await authorizer.caller(f"Bearer {identity}")
