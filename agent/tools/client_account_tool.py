"""The local tool that looks up a client's account and shows what this person may see of it."""

from dataclasses import dataclass
from typing import Any

from strands import tool
from strands.types.tools import AgentTool

from agent.authorization.rights import Rights
from agent.error_rendering import error_result
from agent.errors import NothingFoundError, RightsError, ToolError
from agent.tools.client_account_search import FIELDS, Account, ClientAccounts, emails_in

TOOL = "look_up_client_account"
KIND = "ClientField"
NOT_FOUND = "No client account fits that. Check the spelling, or give the client's id."


def client_account_tool(accounts: ClientAccounts, rights: Rights) -> AgentTool:
    """The tool for one run: ``rights`` are those of the person who asks."""
    return _ClientAccountTool(accounts, rights).look_up_client_account


@dataclass(frozen=True, slots=True)
class _ClientAccountTool:
    """The schema is read off the method once, and not in each run."""

    accounts: ClientAccounts
    rights: Rights

    @tool(name=TOOL)
    def look_up_client_account(self, client: str) -> dict[str, Any]:
        """Look up a client's account by id, company name or e-mail: plan, status, account manager.

        Spelling mistakes don't matter. It shows only what the person who asks may see.

        Args:
            client: The client's id such as C-1001, company name, or e-mail address.

        """
        try:
            answer = _visible_accounts(self.accounts, self.rights, client)
        except ToolError as error:
            return error_result(error)
        return answer


def _visible_accounts(accounts: ClientAccounts, rights: Rights, client: str) -> dict[str, Any]:
    """What the tool answers.

    :raises ToolError: when there is nothing that the person may see.
    """
    may_email = rights.may_see(KIND, "email")
    if emails_in(client) and not may_email:
        raise RightsError(rights.refusal(TOOL, "search by e-mail"))
    found = accounts.find(client, by_email=may_email)
    if not found:
        raise NothingFoundError(NOT_FOUND)
    hidden = [name for name in FIELDS if not rights.may_see(KIND, name)]
    shown = [_visible(account, hidden) for account in found]
    if not any(shown):
        raise RightsError(rights.refusal(TOOL, "every field"))
    answer: dict[str, Any] = dict(shown[0]) if len(shown) == 1 else {"accounts": shown}
    if hidden:
        answer["not_shown"] = rights.withheld(TOOL, hidden)
    return answer


def _visible(account: Account, hidden: list[str]) -> Account:
    return {name: value for name, value in account.items() if name not in hidden}
