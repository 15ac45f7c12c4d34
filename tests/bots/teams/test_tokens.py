"""What a token must prove: each way in which it doesn't is refused, and the operator reads why."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from tests.bots.teams.edge_client import CLOUD, TEAMS, EdgeClient, edge_client
from tests.bots.teams.issuer import Issuer
from tests.bots.teams.teams_client import APP_ID, ISSUER, activity

HOUR = 3_600
OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="module")
async def edge() -> AsyncIterator[EdgeClient]:
    async with edge_client(CLOUD) as made:
        yield made


def claims(**changes: Any) -> dict[str, Any]:
    """Those of a good token; what is changed to None is left out."""
    now = int(time.time())
    said = {"iss": ISSUER, "aud": APP_ID, "serviceurl": TEAMS, "nbf": now - 60, "exp": now + HOUR}
    return {name: value for name, value in (said | changes).items() if value is not None}


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


async def refused(edge: EdgeClient, token: str, body: dict[str, Any] | None = None) -> None:
    before = len(edge.inbox)
    status, sentence = await edge.send(body or activity(TEAMS), f"Bearer {token}")
    assert (status, len(edge.inbox)) == (401, before)
    assert sentence == "The activity carries no valid token."


@pytest.mark.parametrize(
    "audience",
    [APP_ID, APP_ID.upper(), f"api://{APP_ID}", f"api://botid-{APP_ID}", f"API://botid-{APP_ID}"],
)
async def test_a_token_for_this_bot_is_taken(edge: EdgeClient, audience: str) -> None:
    token = edge.issuer.token(TEAMS, aud=audience)
    assert (await edge.send(activity(TEAMS), f"Bearer {token}"))[0] == 202


async def test_clocks_may_differ_by_minutes(edge: EdgeClient) -> None:
    for name, moment in (("exp", time.time() - 60), ("nbf", time.time() + 60)):
        changed = claims(**{name: int(moment)})
        headers = {"kid": edge.issuer.name}
        token = jwt.encode(changed, edge.issuer.key, algorithm="RS256", headers=headers)
        assert (await edge.send(activity(TEAMS), f"Bearer {token}"))[0] == 202


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "another bot": ({"aud": "99999999-0000-0000-0000-000000000000"}, "for another bot"),
    "no audience": ({"aud": None}, "lacks a claim"),
    "empty audience": ({"aud": ""}, "for another bot"),
    "our id within": ({"aud": f"x{APP_ID}"}, "for another bot"),
    "our id before": ({"aud": f"{APP_ID}.example"}, "for another bot"),
    "a list of audiences": ({"aud": [APP_ID]}, "for another bot"),
    "a number as audience": ({"aud": 7}, ""),
    "another api": ({"aud": f"api://other-{APP_ID}"}, "for another bot"),
    "the connector's audience": ({"aud": "https://api.botframework.com"}, "for another bot"),
    "the emulator": (
        {"iss": "https://login.microsoftonline.com/d6d49420-f39b-4df7-a1dc-d59a935871db/v2.0"},
        "not issued by the Bot Framework",
    ),
    "a skill": (
        {"iss": "https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/"},
        "not issued by the Bot Framework",
    ),
    "the government's": ({"iss": "https://api.botframework.us"}, "not issued"),
    "azure china": ({"iss": "https://api.botframework.azure.cn"}, "not issued"),
    "a look-alike": ({"iss": "https://api.botframework.com.evil.example"}, "not issued"),
    "a slash more": ({"iss": f"{ISSUER}/"}, "not issued"),
    "plain http": ({"iss": "http://api.botframework.com"}, "not issued"),
    "other letters": ({"iss": ISSUER.upper()}, "not issued"),
    "no issuer": ({"iss": None}, "not issued"),
    "a list of issuers": ({"iss": [ISSUER]}, ""),
    "another address": ({"serviceurl": "https://smba.trafficmanager.net/apac/"}, "another service"),
    "without its slash": ({"serviceurl": TEAMS.rstrip("/")}, "another service"),
    "no address": ({"serviceurl": None}, "another service"),
    "an empty address": ({"serviceurl": ""}, "another service"),
    "an address in a list": ({"serviceurl": [TEAMS]}, "another service"),
    "expired": ({"exp": int(time.time()) - HOUR}, "has expired"),
    "expired long ago": ({"exp": 0}, "has expired"),
    "no expiry": ({"exp": None}, "lacks a claim"),
    "an expiry of words": ({"exp": "never"}, "malformed"),
    "not valid yet": ({"nbf": int(time.time()) + HOUR}, "not valid yet"),
    "a beginning of words": ({"nbf": "soon"}, "malformed"),
    "issued in the future": ({"iat": int(time.time()) + HOUR}, "not valid yet"),
}


@pytest.mark.parametrize("name", WRONG)
async def test_a_wrong_claim_is_refused_and_named_in_the_log(
    edge: EdgeClient, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    changes, reason = WRONG[name]
    headers = {"kid": edge.issuer.name}
    try:
        token = jwt.encode(claims(**changes), edge.issuer.key, algorithm="RS256", headers=headers)
    except TypeError:  # PyJWT makes no such token, so it is made by hand
        signed = f"{part({'alg': 'RS256', 'kid': edge.issuer.name})}.{part(claims(**changes))}"
        token = f"{signed}.{part('x' * 256)}"
    await refused(edge, token)
    warned = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert any(reason in message for message in warned)
    assert token not in caplog.text


FORGED: dict[str, Any] = {
    "another key": lambda edge: edge.issuer.token(TEAMS, signed_by=OTHER),
    "no signature": lambda edge: f"{edge.issuer.token(TEAMS).rpartition('.')[0]}.",
    "half a signature": lambda edge: edge.issuer.token(TEAMS)[:-100],
    "claims changed": lambda edge: ".".join(
        [
            edge.issuer.token(TEAMS).split(".")[0],
            part(claims(aud=APP_ID, exp=9_999_999_999)),
            edge.issuer.token(TEAMS).split(".")[2],
        ]
    ),
    "alg none": lambda edge: f"{part({'alg': 'none', 'kid': edge.issuer.name})}.{part(claims())}.",
    "alg None in letters": lambda edge: (
        f"{part({'alg': 'nOnE', 'kid': edge.issuer.name})}.{part(claims())}."
    ),
    "signed with the public key": lambda edge: hmac_with_public_key(edge.issuer),
    "a secret of its own": lambda edge: jwt.encode(
        claims(), "x" * 32, algorithm="HS256", headers={"kid": edge.issuer.name}
    ),
    "an elliptic curve": lambda edge: jwt.encode(
        claims(),
        ec.generate_private_key(ec.SECP256R1()),
        algorithm="ES256",
        headers={"kid": edge.issuer.name},
    ),
    "PS256": lambda edge: jwt.encode(
        claims(), edge.issuer.key, algorithm="PS256", headers={"kid": edge.issuer.name}
    ),
    "no key named": lambda edge: jwt.encode(claims(), edge.issuer.key, algorithm="RS256"),
    "an unknown key": lambda edge: jwt.encode(
        claims(), OTHER, algorithm="RS256", headers={"kid": "nobody's"}
    ),
    "a key of its own": lambda edge: jwt.encode(
        claims(),
        OTHER,
        algorithm="RS256",
        headers={"kid": edge.issuer.name, "jku": "https://evil.example/keys"},
    ),
    "words": lambda _: "words",
    "two parts": lambda _: "a.b",
    "four parts": lambda _: "a.b.c.d",
    "no JSON": lambda _: "YQ.YQ.YQ",
    "a list": lambda edge: f"{part({'alg': 'RS256', 'kid': edge.issuer.name})}.{part([1])}.YQ",
    "very deep": lambda _: f"{part({'alg': 'RS256'})}.{'W1tb' * 1_500}.YQ",
    "spaces": lambda edge: f" {edge.issuer.token(TEAMS)} x",
}


def hmac_with_public_key(issuer: Issuer) -> str:
    """A token whose secret is what everybody knows."""
    public = issuer.key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    signed = f"{part({'alg': 'HS256', 'kid': issuer.name})}.{part(claims())}"
    digest = hmac.new(public, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


@pytest.mark.parametrize("name", FORGED)
async def test_a_forged_token_is_refused(edge: EdgeClient, name: str) -> None:
    await refused(edge, FORGED[name](edge))


async def test_a_key_that_is_endorsed_for_nothing_or_something_else_is_none_of_teams() -> None:
    for endorsements in ([], ["webchat"], None):
        async with edge_client(CLOUD) as edge:
            edge.issuer.endorsements = endorsements
            await refused(edge, edge.issuer.token(TEAMS))


async def test_another_channel_is_refused(edge: EdgeClient) -> None:
    for channel in ("directline", "", None):
        await refused(edge, edge.issuer.token(TEAMS), activity(TEAMS, channelId=channel))


async def test_a_strangers_token_makes_nobody_look_for_keys() -> None:
    async with edge_client(CLOUD) as edge:
        await refused(edge, edge.issuer.token(TEAMS, iss="https://evil.example"))
        assert edge.issuer.fetched == 0
        await refused(edge, edge.issuer.token(TEAMS, signed_by=OTHER))
        for _ in range(3):
            await refused(edge, FORGED["an unknown key"](edge))
        assert edge.issuer.fetched == 1  # an unknown key is looked for at once, but rarely
