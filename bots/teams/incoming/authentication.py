"""Who sent an activity: the Bot Framework to this bot, or somebody who only says so."""

from collections.abc import Mapping

from botbuilder.schema import Activity
from botframework.connector.auth import AuthenticationConstants, ClaimsIdentity, JwtTokenExtractor

from bots.errors import RequestRefused, UnauthenticatedRequest
from bots.teams.incoming.signing_keys import NoKeys, SigningKeys
from bots.teams.registration import TeamsApp

OPENID_CONFIGURATION = AuthenticationConstants.TO_BOT_FROM_CHANNEL_OPENID_METADATA_URL
# All that the dispatch behind the inbox needs to know of a token; the token itself is not kept.
KEPT = (
    AuthenticationConstants.ISSUER_CLAIM,
    AuthenticationConstants.AUDIENCE_CLAIM,
    AuthenticationConstants.SERVICE_URL_CLAIM,
)

NO_APP_ID = "This bot has no app id, so nobody can prove to be Teams."
UNPROVEN = "The activity carries no valid token."


class Authentication:
    """Checks an activity's token once, at the edge.

    The checks are botframework's own: signature, issuer, audience, expiry, service address and the
    key's endorsement of the channel. Ours is where its keys come from.

    :param keys: the keys of the Bot Framework; other than Microsoft's in tests only.
    """

    def __init__(self, app: TeamsApp, keys: SigningKeys | None = None) -> None:
        self._app = app
        self._bot_framework = app.bot_framework()
        cache = JwtTokenExtractor.metadataCache
        cache[OPENID_CONFIGURATION] = keys or SigningKeys(OPENID_CONFIGURATION)
        # Tokens of the emulator and of other bots are signed by Entra ID; we want neither.
        cache[AuthenticationConstants.TO_BOT_FROM_EMULATOR_OPENID_METADATA_URL] = NoKeys()

    def check_header(self, authorization: str) -> None:
        """Refuse what carries no token at all, before its body is read.

        :raises UnauthenticatedRequest: when it carries none.
        """
        if self._app.anonymous:
            return
        if not self._app.app_id:
            raise UnauthenticatedRequest(sentence=NO_APP_ID)
        if not authorization.startswith("Bearer "):
            raise UnauthenticatedRequest(sentence=UNPROVEN)

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
        try:
            result = await self._bot_framework.authenticate_request(activity, authorization)
        except RequestRefused:
            raise
        except Exception as error:  # botframework raises bare ones, PyJWT's, IndexError, KeyError
            raise UnauthenticatedRequest(sentence=UNPROVEN) from error
        claims: Mapping[str, object] = result.claims_identity.claims
        if claims.get("iss") != AuthenticationConstants.TO_BOT_FROM_CHANNEL_TOKEN_ISSUER:
            raise UnauthenticatedRequest(sentence="The token was not issued by the Bot Framework.")
        return {name: str(claims[name]) for name in KEPT}


def identity(claims: Mapping[str, str]) -> ClaimsIdentity:
    """What botframework calls the sender, from the claims that were kept."""
    if not claims:
        return ClaimsIdentity({}, True, AuthenticationConstants.ANONYMOUS_AUTH_TYPE)
    return ClaimsIdentity(dict(claims), is_authenticated=True)
