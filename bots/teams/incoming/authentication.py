"""Who sent an activity: the Bot Framework to this bot, or somebody who only says so.

"Authenticate requests from the Bot Connector service to your bot" (Bot Framework REST API
reference, "Authentication"), each of its seven checks. botframework's own checks take a token
without an expiry, and a key that is endorsed for nothing.
"""

import logging
from collections.abc import Mapping
from typing import Any, NoReturn

import jwt
from botbuilder.schema import Activity
from botframework.connector.auth import AuthenticationConstants, ClaimsIdentity

from bots.errors import UnauthenticatedRequest
from bots.teams.incoming.signing_keys import SigningKeys
from bots.teams.registration import TeamsApp

OPENID_CONFIGURATION = AuthenticationConstants.TO_BOT_FROM_CHANNEL_OPENID_METADATA_URL
ISSUER = AuthenticationConstants.TO_BOT_FROM_CHANNEL_TOKEN_ISSUER
CHANNEL = "msteams"
LEEWAY = 5 * 60
"""Seconds by which clocks may differ."""
# All that the dispatch behind the inbox needs to know of a token; the token itself is not kept.
KEPT = (
    AuthenticationConstants.ISSUER_CLAIM,
    AuthenticationConstants.AUDIENCE_CLAIM,
    AuthenticationConstants.SERVICE_URL_CLAIM,
)
NO_APP_ID = "This bot has no app id, so nobody can prove to be Teams."
UNPROVEN = "The activity carries no valid token."
REASONS: Mapping[type[jwt.PyJWTError], str] = {
    jwt.ExpiredSignatureError: "its token has expired: look at this machine's clock",
    jwt.ImmatureSignatureError: "its token is not valid yet: look at this machine's clock",
    jwt.InvalidIssuedAtError: "its token is not valid yet: look at this machine's clock",
    jwt.InvalidSignatureError: "its token is not signed by the key that it names",
    jwt.MissingRequiredClaimError: "its token lacks a claim that every token of Teams has",
}
"""What an operator reads of a token that isn't valid; any other is malformed."""

_log = logging.getLogger(__name__)


class Authentication:
    """Checks an activity's token once, at the edge.

    :param keys: the keys of the Bot Framework; other than Microsoft's in tests only.
    """

    def __init__(self, app: TeamsApp, keys: SigningKeys | None = None) -> None:
        self._app = app
        self._keys = keys or SigningKeys(OPENID_CONFIGURATION)
        app_id = (app.app_id or "").lower()
        # Newer registrations name the bot by a URI (Entra ID, "Application ID URI").
        self._audiences = frozenset({app_id, f"api://{app_id}", f"api://botid-{app_id}"})

    def check_header(self, authorization: str) -> None:
        """Refuse what carries no token at all, before its body is read.

        :raises UnauthenticatedRequest: when it carries none.
        """
        if self._app.anonymous:
            return
        if not self._app.app_id:
            _refuse("MICROSOFT_APP_ID is not set, so no token can be for this bot", NO_APP_ID)
        if not authorization.startswith("Bearer "):
            _refuse("it carries no token: it is not from Teams, or a proxy took the header away")

    async def claims(self, activity: Activity, authorization: str) -> dict[str, str]:
        """What the token says that is worth keeping; nothing when we work without tokens.

        :param activity: its channel and its service address are enough.
        :param authorization: the header, empty when there is none.
        :raises UnauthenticatedRequest: when the token doesn't prove what we must know.
        :raises SigningKeysUnavailable: when that can't be checked now.
        """
        if self._app.anonymous:
            return {}
        self.check_header(authorization)
        claims = await self._verified(authorization.removeprefix("Bearer "))
        audience = claims["aud"]
        if not isinstance(audience, str) or audience.lower() not in self._audiences:
            _refuse("its token is for another bot: is MICROSOFT_APP_ID the bot's in Azure?")
        if activity.channel_id != CHANNEL:
            _refuse("it comes from another channel than Teams")
        if not activity.service_url or claims.get("serviceurl") != activity.service_url:
            _refuse("its token is for another service address than it names")
        return {name: str(claims[name]) for name in KEPT}

    async def _verified(self, token: str) -> Mapping[str, Any]:
        """The claims of a token of the Bot Framework's that is valid now."""
        try:
            header = jwt.get_unverified_header(token)
            issuer = jwt.decode(token, options={"verify_signature": False}).get("iss")
        except (jwt.PyJWTError, ValueError, RecursionError):
            _refuse("its token is malformed")
        if issuer != ISSUER:  # nobody looks for keys because of a stranger's token
            _refuse("its token was not issued by the Bot Framework")
        if header.get("alg") != "RS256":
            _refuse("its token is signed in a way that the Bot Framework doesn't use")
        key_id = header.get("kid")
        try:
            key = await self._keys.get(key_id if isinstance(key_id, str) else None)
        except UnauthenticatedRequest as error:
            _refuse(str(error))
        if CHANNEL not in key.endorsements:
            _refuse("its token is signed by a key that isn't endorsed for Teams")
        try:
            claims: Mapping[str, Any] = jwt.decode(
                token,
                key.public_key,
                algorithms=["RS256"],
                leeway=LEEWAY,
                issuer=ISSUER,
                options={"require": ["exp", "iss", "aud"], "verify_aud": False},
            )
        except jwt.PyJWTError as error:
            _refuse(REASONS.get(type(error), "its token is malformed"))
        return claims


def identity(claims: Mapping[str, str]) -> ClaimsIdentity:
    """What botframework calls the sender, from the claims that were kept."""
    if not claims:
        return ClaimsIdentity({}, True, AuthenticationConstants.ANONYMOUS_AUTH_TYPE)
    return ClaimsIdentity(dict(claims), is_authenticated=True)


def _refuse(reason: str, sentence: str = UNPROVEN) -> NoReturn:
    _log.warning("an activity is refused, 401: %s", reason)
    raise UnauthenticatedRequest(reason, sentence=sentence)
