"""Whose token a call carries, and whether Slack still takes it."""

import hmac

from aiohttp import web

from bizassist.local.slack.errors import SlackError
from bizassist.local.slack.web_api.arguments import Arguments

REFUSALS = {"account_inactive", "invalid_auth", "token_expired", "token_revoked", "not_authed"}


class Authorization:
    """The one installation of the app in this workspace.

    :ivar refusal: Slack's word for an installation that has ended, such as ``token_revoked``;
        empty while it lasts.
    """

    def __init__(self, token: str) -> None:
        self.refusal = ""
        self._token = token

    def check(self, request: web.Request, given: Arguments) -> None:
        """Whether the call is the app's.

        :raises SlackError: ``not_authed``, ``invalid_auth``, or :attr:`refusal`.
        """
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        token = token if scheme.lower() == "bearer" else given.optional("token")
        if not token:
            raise SlackError("not_authed")
        if not hmac.compare_digest(token.encode(), self._token.encode()):
            raise SlackError("invalid_auth")
        if self.refusal:
            raise SlackError(self.refusal)
