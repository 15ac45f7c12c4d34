"""Who may administer: decided anew for each request, by a verified token and the user pool."""

from dataclasses import replace

from aiohttp import web

from identity.audit_log import AuditLog
from identity.directory.group_check import GroupMembership
from identity.errors import NotAnAdministrator
from identity.links import Links
from identity.oidc.token_verification import Account, TokenVerifier
from identity.people import ChatUser
from identity.sessions.signed_in_person import signed_in_or_redirect, signed_in_or_refuse
from identity.tokens.broker import TokenBroker

GROUP = "bizassist-admins"


class Administrators:
    """Lets members of one group of the user pool through.

    A session remembers the groups of its sign-in, and the access token behind its link those of an
    hour ago; an administrator who has ceased to be one would keep them. So the token is verified
    here again, and the user pool is asked as well.
    """

    def __init__(
        self,
        *,
        links: Links,
        tokens: TokenBroker,
        verifier: TokenVerifier,
        audit: AuditLog,
        group: GroupMembership,
        user_pool_id: str,
    ) -> None:
        self._links = links
        self._tokens = tokens
        self._verifier = verifier
        self._audit = audit
        self._group = group
        self._user_pool_id = user_pool_id

    async def for_page(self, request: web.Request) -> Account:
        """The administrator who opens a page; whoever isn't signed in is sent to sign in.

        :raises NotAnAdministrator: for everybody else.
        """
        return await self._verified((await signed_in_or_redirect(request)).subject)

    async def for_form(self, request: web.Request) -> Account:
        """The administrator who sends a form.

        :raises NotAnAdministrator: for everybody else who is signed in.
        """
        return await self._verified((await signed_in_or_refuse(request)).subject)

    async def _verified(self, subject: str) -> Account:
        link = await self._links.active(ChatUser("web", self._user_pool_id, subject))
        if link is None or link.subject != subject:
            raise NotAnAdministrator("no active sign-in behind the session")
        token = await self._tokens.access_token(link)
        account = await self._verifier.verify_access_token(token)
        in_token = account.subject == subject and GROUP in account.groups
        if not in_token or not await self._group.has(subject):
            await self._audit.write("refused", by=link.account, about="administration")
            raise NotAnAdministrator("not in the group")
        # An access token knows no e-mail address; the log names people as their sign-in did.
        return replace(account, email=link.account)
