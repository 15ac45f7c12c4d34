"""Whose token a call carries, and whether Slack still takes it."""

import hmac
import secrets
from dataclasses import dataclass

from aiohttp import web

from bizassist.local.slack.clock import Clock
from bizassist.local.slack.errors import SlackError
from bizassist.local.slack.team import NORTHWIND, Team
from bizassist.local.slack.web_api.arguments import Arguments

REFUSALS = {"account_inactive", "invalid_auth", "token_expired", "token_revoked", "not_authed"}
TOKEN_SECONDS = 43_200
"""https://docs.slack.dev/authentication/using-token-rotation: twelve hours."""


@dataclass(slots=True)
class Grant:
    """A token of an installation.

    :param refresh: what it is rotated by, once; empty for one that never expires.
    :param expires: on the clock; None for never.
    """

    team: Team
    token: str
    refresh: str = ""
    expires: float | None = None
    revoked: bool = False


class Authorization:
    """The installations of the app: one by its token, the others by OAuth.

    :ivar refusal: Slack's word for the first installation once it has ended, such as
        ``token_revoked``; empty while it lasts.
    """

    def __init__(self, token: str, clock: Clock) -> None:
        self.refusal = ""
        self._clock = clock
        self._grants = [Grant(NORTHWIND, token)]

    def grant(self, team: Team) -> Grant:
        """Install the app in a workspace: a token that expires, and what rotates it."""
        token, refresh = (f"xoxe{kind}-1-{secrets.token_hex(12)}" for kind in (".xoxb", ""))
        made = Grant(team, token, refresh, self._clock.now() + TOKEN_SECONDS)
        self._grants.append(made)
        return made

    def rotate(self, refresh: str) -> Grant:
        """A new token for a refresh token, which is good once; the old one lasts until it expires.

        :raises SlackError: ``invalid_refresh_token``.
        """
        for known in self._grants:
            if refresh and known.refresh == refresh and not known.revoked:
                known.refresh = ""
                return self.grant(known.team)
        raise SlackError("invalid_refresh_token")

    def revoke(self, team: Team) -> None:
        """Take back all tokens of a workspace."""
        for known in self._grants:
            known.revoked = known.revoked or known.team == team

    def check(self, request: web.Request, given: Arguments) -> Team:
        """The workspace of the installation that calls.

        :raises SlackError: ``not_authed``, ``invalid_auth``, ``token_expired``, ``token_revoked``,
            or :attr:`refusal`.
        """
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        token = token if scheme.lower() == "bearer" else given.optional("token")
        if not token:
            raise SlackError("not_authed")
        found = [g for g in self._grants if hmac.compare_digest(g.token.encode(), token.encode())]
        if not found:
            raise SlackError("invalid_auth")
        if found[0].revoked:
            raise SlackError("token_revoked")
        if found[0].expires is not None and found[0].expires < self._clock.now():
            raise SlackError("token_expired")
        if self.refusal and found[0] is self._grants[0]:
            raise SlackError(self.refusal)
        return found[0].team
