"""The local tool that looks up a client's account and shows what this person may see of it."""

import logging
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from strands import tool
from strands.types.tools import AgentTool

from agent.authorization.rights import Rights
from agent.tools.client_accounts import FIELDS, Account, Clients, emails_in

logger = logging.getLogger(__name__)

TOOL = "look_up_client_account"
KIND = "ClientField"
UNKNOWN = "No client account fits that. Check the spelling, or give the client's id."
FAILED = "The client accounts can't be read at the moment. Please ask again in a minute."


def client_tool(clients: Clients, rights: Rights) -> AgentTool:
    """The tool for one run: ``rights`` are those of the person who asks."""
    return _ClientTool(clients, rights).look_up_client_account


@dataclass(frozen=True, slots=True)
class _ClientTool:
    """The schema is read off the method once, and not in each run."""

    clients: Clients
    rights: Rights

    @tool(name=TOOL)
    def look_up_client_account(self, client: str) -> dict[str, Any]:
        """Look up a client's account by id, company name or e-mail: plan, status, account manager.

        Spelling mistakes don't matter. It shows only what the person who asks may see.

        Args:
            client: The client's id such as C-1001, company name, or e-mail address.

        """
        return _answer(self.clients, self.rights, client)


def _answer(clients: Clients, rights: Rights, client: str) -> dict[str, Any]:
    may_email = rights.may_see(KIND, "email")
    if emails_in(client) and not may_email:
        return _error("refused", rights.refused(TOOL, "search by e-mail"))
    try:
        found = clients.find(client, by_email=may_email)
    except (BotoCoreError, ClientError) as error:
        logger.error("client accounts can't be read: %s", type(error).__name__)  # noqa: TRY400 - no traceback
        return _error("unavailable", FAILED)
    if not found:
        return _error("not_found", UNKNOWN)
    hidden = [name for name in FIELDS if not rights.may_see(KIND, name)]
    shown = [_visible(account, hidden) for account in found]
    if not any(shown):
        return _error("refused", rights.refused(TOOL, "every field"))
    answer: dict[str, Any] = dict(shown[0]) if len(shown) == 1 else {"accounts": shown}
    if hidden:
        answer["not_shown"] = rights.withheld(TOOL, hidden)
    return {"status": "success", "content": [{"json": answer}]}


def _visible(account: Account, hidden: list[str]) -> Account:
    return {name: value for name, value in account.items() if name not in hidden}


def _error(code: str, message: str) -> dict[str, Any]:
    return {
        "status": "error",
        "content": [{"json": {"error": {"code": code, "message": message}}}],
    }
