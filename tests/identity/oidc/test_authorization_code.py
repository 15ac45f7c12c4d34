"""The code flow, where the pool doesn't answer as it should."""

import pytest

from identity.errors import SignInFailed, SignInUnavailable
from identity.oidc.authorization_code import AuthorizationCodeFlow
from tests.identity.issuer import CLIENT, Issuer


async def test_a_token_endpoint_that_is_down_is_not_a_refusal(issuer: Issuer) -> None:
    async with issuer.oidc() as oidc, issuer.verifier() as verifier:
        sign_in = AuthorizationCodeFlow(
            oidc, verifier, client_id=CLIENT, redirect_uri="http://127.0.0.1/auth/callback"
        )
        _, flow = await sign_in.begin()
        with pytest.raises(SignInUnavailable):
            await sign_in.finish(flow, {"state": flow.state, "code": "abc"})
        with pytest.raises(SignInFailed):
            await sign_in.finish(flow, {"state": "é", "code": "abc"})
