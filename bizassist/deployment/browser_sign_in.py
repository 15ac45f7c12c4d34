"""Signs somebody in from a terminal: they sign in in a browser and paste where it ended."""

import asyncio
import secrets
import sys
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import httpx
from authlib.common.security import generate_token
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client

from bizassist.errors import CommandError
from bizassist.settings.ssm_parameters import Parameters

SECONDS = 15


async def access_token(deployment: Parameters, public_url: str, read: Callable[[], str]) -> str:
    """A person's access token, by authorization code and PKCE.

    The chat service's own callback is the only address that the user pool sends people to. It does
    not know this sign-in and leaves the code alone, so the code is still good when it is pasted.

    :param read: reads the pasted address.
    :raises CommandError: when what was pasted is not the end of this sign-in.
    """
    state, verifier = secrets.token_urlsafe(24), generate_token(64)
    async with AsyncOAuth2Client(
        deployment.web_client_id,
        token_endpoint_auth_method="none",  # noqa: S106 - a public client has no secret
        scope="openid email profile",
        redirect_uri=f"{public_url}/auth/callback",
        code_challenge_method="S256",
        timeout=SECONDS,
    ) as client:
        try:
            found = await client.request("GET", deployment.discovery_url, withhold_token=True)
            document = found.raise_for_status().json()
            url, _ = client.create_authorization_url(
                document["authorization_endpoint"], state=state, code_verifier=verifier
            )
            sys.stderr.write(
                f"Sign in here, in a private window:\n\n  {url}\n\nIt ends on a page that says "
                "that this sign-in is unknown. Paste that page's whole address:\n"
            )
            code = _code((await asyncio.to_thread(read)).strip(), state)
            token = await client.fetch_token(
                document["token_endpoint"], code=code, code_verifier=verifier
            )
        except (httpx.HTTPError, OAuthError, KeyError, ValueError) as error:
            raise CommandError(f"the sign-in failed: {type(error).__name__}") from None
    return str(token["access_token"])


def _code(address: str, state: str) -> str:
    query = parse_qs(urlsplit(address).query)
    if query.get("state") != [state] or len(query.get("code", [])) != 1:
        raise CommandError("this address is not the end of the sign-in that was begun here")
    return query["code"][0]
