"""What the user pool lets our web client do, and nothing else: it is set up by us."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from yarl import URL

from tests.identity.application import Deployment, IdentityApplication
from tests.identity.browser import Browser
from tests.some import some


def test_the_web_client_may_use_the_code_flow_and_nothing_else(deployment: Deployment) -> None:
    client = deployment.aws.client("cognito-idp").describe_user_pool_client(
        UserPoolId=deployment.settings.user_pool_id, ClientId=deployment.settings.web_client_id
    )["UserPoolClient"]
    assert client["AllowedOAuthFlows"] == ["code"]
    assert client["CallbackURLs"] == [f"{deployment.url}/auth/callback"]
    assert client["LogoutURLs"] == [f"{deployment.url}/auth/signed-out"]
    assert set(some(client["AllowedOAuthScopes"])) <= {"openid", "email", "profile"}
    # A password gets nobody a token, unless the account's own AWS credentials come with it: the
    # command line uses that for test tokens, and a deployment has to ask for it. What isn't listed
    # here Cognito refuses; MiniStack doesn't, so that the list itself is all that can be looked at.
    assert set(client["ExplicitAuthFlows"]) == {
        "ALLOW_USER_SRP_AUTH",  # Cognito's own page signs people in by it
        "ALLOW_REFRESH_TOKEN_AUTH",
        "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    }
    assert client["EnableTokenRevocation"]


def test_the_machine_client_has_a_secret_and_one_scope(deployment: Deployment) -> None:
    client = deployment.aws.client("cognito-idp").describe_user_pool_client(
        UserPoolId=deployment.settings.user_pool_id,
        ClientId=deployment.parameters["m2m_client_id"],
    )["UserPoolClient"]
    assert client["AllowedOAuthFlows"] == ["client_credentials"]
    assert client["AllowedOAuthScopes"] == [deployment.parameters["m2m_scope"]]
    assert client["ClientSecret"]


def test_the_machine_client_must_know_its_secret(deployment: Deployment) -> None:
    endpoint = _endpoint(deployment, "token_endpoint")
    for secret in ("", "guessed"):
        answer = httpx.post(
            endpoint,
            data={"grant_type": "client_credentials"},
            auth=(deployment.parameters["m2m_client_id"], secret),
        )
        assert answer.status_code in {400, 401}
        assert "access_token" not in answer.text


@pytest.mark.parametrize("uri", ["https://evil.example/", "{home}/auth/callback/x", "{home}/"])
async def test_the_pool_returns_to_our_callback_only(
    application: IdentityApplication, deployment: Deployment, alice: Browser, uri: str
) -> None:
    start = URL((await alice.get("/auth/login", follow=False)).headers["Location"])
    other = start.update_query(redirect_uri=uri.format(home=deployment.url))
    answer = await alice.get(str(other), follow=False)
    assert answer.status == 400
    assert "Location" not in answer.headers


async def test_a_code_works_once_and_with_its_verifier_only(
    application: IdentityApplication, deployment: Deployment, alice: Browser
) -> None:
    at_pool = await alice.get("/auth/login")
    (flow,) = (await application.stored_session(alice))["sign_ins"].values()
    verifier = flow["code_verifier"]
    answer = await alice.sign_in(at_pool, "alice", deployment.passwords["alice"], follow=False)
    code = parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]
    await alice.get(answer.headers["Location"], follow=False)
    form = {
        "grant_type": "authorization_code",
        "client_id": deployment.settings.web_client_id,
        "redirect_uri": f"{deployment.url}/auth/callback",
        "code": code,
        "code_verifier": verifier,
    }
    endpoint = _endpoint(deployment, "token_endpoint")
    again = await _exchange(endpoint, form)
    assert again.status_code == 400
    assert "token" not in again.text

    second = await alice.get("/auth/login")
    answer = await alice.sign_in(second, "alice", deployment.passwords["alice"], follow=False)
    form["code"] = parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]
    for wrong in ({"code_verifier": "x" * 43}, {"code_verifier": verifier}):
        assert (await _exchange(endpoint, {**form, **wrong})).status_code == 400


async def test_a_password_gets_no_token_from_the_pool(deployment: Deployment) -> None:
    form = {
        "grant_type": "password",
        "client_id": deployment.settings.web_client_id,
        "username": "alice",
        "password": deployment.passwords["alice"],
    }
    refused = await _exchange(_endpoint(deployment, "token_endpoint"), form)
    assert refused.status_code == 400
    assert "access_token" not in refused.text


async def test_no_token_comes_by_way_of_the_browser(
    application: IdentityApplication, alice: Browser
) -> None:
    """The implicit flow: what the pool redirects with never carries a token."""
    start = URL((await alice.get("/auth/login", follow=False)).headers["Location"])
    for kind in ("token", "id_token", "code token"):
        asked = await alice.get(str(start.update_query(response_type=kind)), follow=False)
        if asked.status == 200:
            asked = await alice.sign_in(
                asked, "alice", application.deployment.passwords["alice"], follow=False
            )
        assert asked.status in {302, 400}, kind
        # Sent back at all, then by the query, with a code or an error and nothing else.
        location = urlsplit(asked.headers.get("Location", ""))
        assert location.fragment == ""
        tokens = [name for name in parse_qs(location.query) if "token" in name]
        assert tokens == []
        assert "access_token" not in asked.text


async def test_the_pool_refuses_a_plain_challenge(
    application: IdentityApplication, alice: Browser
) -> None:
    start = URL((await alice.get("/auth/login", follow=False)).headers["Location"])
    plain = start.update_query(code_challenge_method="plain")
    answer = await alice.get(str(plain), follow=False)
    assert "error=invalid_request" in answer.headers["Location"]


async def _exchange(endpoint: str, form: dict[str, str]) -> httpx.Response:
    async with httpx.AsyncClient() as http:
        return await http.post(endpoint, data=form)


def _endpoint(deployment: Deployment, name: str) -> str:
    return str(httpx.get(deployment.settings.discovery_url).json()[name])
