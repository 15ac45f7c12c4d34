"""Authorization code with PKCE, state and nonce: where a sign-in begins and where it comes back."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from hmac import compare_digest
from time import time

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client

from identity.errors import SignInFailed, SignInUnavailable, TokenRejected
from identity.oidc.provider import TIMEOUT, OidcProvider
from identity.oidc.token_verification import Account, TokenVerifier
from identity.oidc.unfinished_sign_ins import FLOW_LIFETIME, FlowState

SCOPE = "openid email profile"


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a finished sign-in brought, verified."""

    account: Account
    refresh_token: str = field(repr=False)


class AuthorizationCodeFlow:
    """The relying party's two steps.

    :param redirect_uri: the callback as the user pool's client knows it.
    """

    def __init__(
        self, oidc: OidcProvider, verifier: TokenVerifier, *, client_id: str, redirect_uri: str
    ) -> None:
        self._oidc = oidc
        self._verifier = verifier
        self._client_id = client_id
        self._redirect_uri = redirect_uri

    async def begin(
        self, *, link_request: str = "", next_page: str = "", anew: bool = False
    ) -> tuple[str, FlowState]:
        """The address to send the browser to, and the flow to keep until it returns.

        :param anew: ask for a password even where the pool remembers somebody.
        """
        flow = FlowState(
            state=secrets.token_urlsafe(32),
            nonce=secrets.token_urlsafe(32),
            code_verifier=secrets.token_urlsafe(64),
            begun=time(),
            link_request=link_request,
            next_page=next_page,
            anew=anew,
        )
        document = await self._oidc.document()
        extra = {"prompt": "login"} if anew else {}
        async with self._client() as client:
            url, _ = client.create_authorization_url(
                str(document.authorization_endpoint),
                state=flow.state,
                nonce=flow.nonce,
                code_verifier=flow.code_verifier,
                **extra,
            )
        return url, flow

    async def finish(self, flow: FlowState, params: Mapping[str, str]) -> Tokens:
        """The verified account and its refresh token.

        :param params: the query of the callback.
        :raises SignInFailed: when it was refused, comes late, or isn't this flow's.
        :raises SignInUnavailable: when the pool doesn't answer.
        """
        _check_return(flow, params, self._oidc.issuer)
        granted = await self._exchange(flow, params["code"])
        try:
            id_token, access_token = granted["id_token"], granted["access_token"]
            refresh_token = granted["refresh_token"]
        except KeyError as missing:
            raise SignInFailed(f"the pool granted no {missing}") from None
        account = await self._verifier.verify_id_token(id_token, flow.nonce)
        if (await self._verifier.verify_access_token(access_token)).subject != account.subject:
            raise TokenRejected("id and access token name two subjects")
        return Tokens(account, refresh_token)

    async def _exchange(self, flow: FlowState, code: str) -> Mapping[str, str]:
        document = await self._oidc.document()
        try:
            async with self._client() as client:
                granted: Mapping[str, str] = await client.fetch_token(
                    str(document.token_endpoint),
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=flow.code_verifier,
                )
        except OAuthError as refusal:
            raise SignInFailed(f"the pool refused the code: {refusal.error}") from None
        except (httpx2.HTTPError, ValueError) as error:
            raise SignInUnavailable(f"token endpoint: {type(error).__name__}") from None
        return granted

    def _client(self) -> AsyncOAuth2Client:
        return AsyncOAuth2Client(
            self._client_id,
            redirect_uri=self._redirect_uri,
            scope=SCOPE,
            code_challenge_method="S256",
            timeout=TIMEOUT,
        )


def _check_return(flow: FlowState, params: Mapping[str, str], issuer: str) -> None:
    if not compare_digest(flow.state.encode(), params.get("state", "").encode()):
        raise SignInFailed("state mismatch")
    if time() - flow.begun > FLOW_LIFETIME:
        raise SignInFailed("the sign-in took too long")
    if params.get("iss", issuer) != issuer:
        # RFC 9207: the code of one authorization server must not be taken to another.
        raise SignInFailed("the answer of another issuer")
    if "error" in params:
        raise SignInFailed("the pool returned an error")
    if not params.get("code"):
        raise SignInFailed("the pool returned no code")
