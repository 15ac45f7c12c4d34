"""Which tokens are believed, and how often the pool is asked for its keys."""

import base64
import hmac
import json
import time
from typing import Any

import pytest
from joserfc import jwt

from identity.errors import TokenRejected
from identity.oidc.token_verification import Account
from tests.identity.application import Deployment, IdentityApplication
from tests.identity.clock import Clock
from tests.identity.issuer import CLIENT, Issuer, new_key

HOUR = 3_600


async def test_a_good_token_names_its_account(issuer: Issuer) -> None:
    async with issuer.verifier() as verifier:
        token = issuer.id_token(email="alice@example.com")
        assert await verifier.verify_id_token(token, "the-nonce") == Account(
            "a1b2", "alice", "alice@example.com", ("bizassist-users",)
        )
        access = await verifier.verify_access_token(issuer.access_token(username="alice"))
        assert access == Account("a1b2", "alice", groups=("bizassist-users",))


async def test_a_token_tells_how_long_ago_its_person_authenticated(issuer: Issuer) -> None:
    """By the pool's own clock: from the authentication to the token that tells of it."""
    now = int(time.time())
    async with issuer.verifier() as verifier:
        for auth_time, age in ((now - 105, 100), (now - 5, 0), (None, None), ("today", None)):
            token = issuer.id_token(iat=now - 5, auth_time=auth_time)
            assert (await verifier.verify_id_token(token, "the-nonce")).age == age


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://issuer.example/other-pool"},
        {"iss": None},
        {"aud": "another-client"},
        {"aud": [CLIENT, "another-client"]},
        {"aud": [CLIENT]},
        {"aud": None, "client_id": CLIENT},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"token_use": "access"},
        {"token_use": None},
        {"nonce": "another-nonce"},
        {"nonce": None},
        {"exp": int(time.time()) - HOUR},
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": float("nan")},
        {"nbf": int(time.time()) + HOUR},
        {"iat": int(time.time()) + HOUR},
    ],
)
async def test_a_token_with_one_wrong_claim_is_rejected(
    issuer: Issuer, changed: dict[str, Any]
) -> None:
    async with issuer.verifier() as verifier:
        with pytest.raises(TokenRejected):
            await verifier.verify_id_token(issuer.id_token(**changed), "the-nonce")


@pytest.mark.parametrize(
    "changed",
    [{"client_id": "another-client"}, {"client_id": None, "aud": CLIENT}, {"token_use": "id"}],
)
async def test_an_access_token_for_somebody_else_is_rejected(
    issuer: Issuer, changed: dict[str, Any]
) -> None:
    async with issuer.verifier() as verifier:
        with pytest.raises(TokenRejected):
            await verifier.verify_access_token(issuer.access_token(**changed))


async def test_clocks_may_differ_a_little(issuer: Issuer) -> None:
    now = int(time.time())
    async with issuer.verifier() as verifier:
        late = issuer.id_token(exp=now - 10)
        early = issuer.id_token(nbf=now + 10, iat=now + 10)
        for token in (late, early):
            assert (await verifier.verify_id_token(token, "the-nonce")).subject == "a1b2"


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


async def test_a_signature_cannot_be_left_out_or_chosen(issuer: Issuer) -> None:
    head, claims, signature = issuer.id_token().split(".")
    public = issuer.keys[0].as_pem(private=False)
    symmetric = f"{_part({'alg': 'HS256', 'kid': 'one'})}.{claims}"
    mac = hmac.digest(public, symmetric.encode(), "sha256")
    confused = f"{symmetric}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
    thief = new_key("one")
    own_key = jwt.encode(
        {"alg": "RS256", "kid": "one", "jwk": thief.as_dict(private=False)},
        json.loads(base64.urlsafe_b64decode(claims + "==")),
        thief,
    )
    async with issuer.verifier() as verifier:
        for forged in (
            f"{_part({'alg': 'none'})}.{claims}.",
            f"{_part({'alg': 'none', 'kid': 'one'})}.{claims}.{signature}",
            f"{_part({'alg': 'RS512', 'kid': 'one'})}.{claims}.{signature}",
            f"{head}.{claims}.",
            f"{head}.{_part({'sub': 'admin'})}.{signature}",
            confused,
            own_key,
        ):
            with pytest.raises(TokenRejected):
                await verifier.verify_id_token(forged, "the-nonce")


@pytest.mark.parametrize(
    "noise",
    [
        "",
        ".",
        "..",
        "a.b.c",
        "é.é.é",
        "\x00",
        "W10.W10.W10",
        f"{_part([])}.{_part([])}.x",
        "e30..",
        "a" * 100_000,
    ],
)
async def test_noise_is_rejected_and_not_quoted(issuer: Issuer, noise: str) -> None:
    async with issuer.verifier() as verifier:
        with pytest.raises(TokenRejected) as rejected:
            await verifier.verify_id_token(noise, "the-nonce")
    assert len(str(rejected.value)) < 60


async def test_a_new_key_is_found_and_a_forged_one_asks_only_once(
    issuer: Issuer, clock: Clock
) -> None:
    async with issuer.verifier() as verifier:
        await verifier.verify_id_token(issuer.id_token(), "the-nonce")
        assert issuer.asked == 1

        clock.forward(31)
        issuer.keys.insert(0, new_key("two"))
        await verifier.verify_id_token(issuer.id_token(), "the-nonce")
        assert issuer.asked == 2

        thieves = [new_key("forged-1"), new_key("forged-2")]
        for number in range(20):
            forged = issuer.id_token(thieves[number % 2])
            with pytest.raises(TokenRejected):
                await verifier.verify_id_token(forged, "the-nonce")
        assert issuer.asked == 2

        # The old key was withdrawn, and is forgotten within the hour.
        old = issuer.id_token(issuer.keys.pop())
        await verifier.verify_id_token(old, "the-nonce")
        clock.forward(HOUR)
        with pytest.raises(TokenRejected):
            await verifier.verify_id_token(old, "the-nonce")


def _password_tokens(deployment: Deployment, pool: str, **client: Any) -> dict[str, str]:
    """Tokens of Alice that a pool issues to a client of its own."""
    cognito = deployment.aws.client("cognito-idp")
    made = cognito.create_user_pool_client(
        UserPoolId=pool,
        ClientName="other",
        ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    )["UserPoolClient"]["ClientId"]
    answer = cognito.admin_initiate_auth(
        UserPoolId=pool,
        ClientId=made,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "alice", "PASSWORD": deployment.passwords["alice"]},
    )["AuthenticationResult"]
    return {"id": answer["IdToken"], "access": answer["AccessToken"]}


async def test_the_real_pools_tokens_for_another_client_are_rejected(
    application: IdentityApplication, deployment: Deployment
) -> None:
    tokens = _password_tokens(deployment, deployment.settings.user_pool_id)
    with pytest.raises(TokenRejected):
        await application.identity.token_verifier.verify_id_token(tokens["id"], "")
    with pytest.raises(TokenRejected, match="wrong client_id"):
        await application.identity.token_verifier.verify_access_token(tokens["access"])


async def test_another_real_pools_tokens_are_rejected(
    application: IdentityApplication, deployment: Deployment
) -> None:
    cognito = deployment.aws.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="other")["UserPool"]["Id"]
    cognito.admin_create_user(UserPoolId=pool, Username="alice", MessageAction="SUPPRESS")
    cognito.admin_set_user_password(
        UserPoolId=pool, Username="alice", Password=deployment.passwords["alice"], Permanent=True
    )
    tokens = _password_tokens(deployment, pool)
    with pytest.raises(TokenRejected):
        await application.identity.token_verifier.verify_access_token(tokens["access"])
