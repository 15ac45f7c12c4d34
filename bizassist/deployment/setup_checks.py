"""The setup checklist's questions: each asks one part of the deployment whether it works now."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx
from botocore.exceptions import ClientError

from bizassist.deployment.runtime_platform import PLATFORM_VERSION, runtime_id
from bizassist.settings.environment import Process
from bizassist.settings.ssm_parameters import Parameters
from bots.errors import PlatformError
from bots.slack.manifest import SCOPES
from bots.teams.outgoing.bot_token import BotToken
from bots.teams.registration import TeamsApp
from identity.admin.setup_page import Check, Finding
from identity.executor import Executor

if TYPE_CHECKING:
    from mypy_boto3_bedrock_agentcore_control import BedrockAgentCoreControlClient
    from mypy_boto3_s3 import S3Client

PARAMETER_REMEDY = "Terraform writes this parameter; apply it and restart the service."
MCP_HEADERS = {
    "Accept": "application/json, text/event-stream",
    "MCP-Protocol-Version": "2025-06-18",
}
POLICY_REPORT = ".index/report.json"
"""What ``bizassist policies index`` leaves beside the index."""
NOT_INDEXED = "Their index can't be read: `bizassist policies index` makes it."
NO_DOCUMENT = "None is there: put documents into {bucket}, then `bizassist policies index`."
MOST_NAMED = 20
PAGES = 20
"""Pages of tools that are read at most; a Gateway has fewer."""


class Checks:
    """One method a part; what one raises says that its part is broken.

    :param http: has time-outs of its own.
    :param mend: what to do about a parameter that is wrong.
    :param as_machine: whether the machine's secret can be read here; the chat service can't.
    """

    def __init__(
        self,
        *,
        process: Process,
        deployment: Parameters,
        http: httpx.AsyncClient,
        control: "BedrockAgentCoreControlClient",
        s3: "S3Client",
        call: Executor,
        teams: TeamsApp | None,
        mend: str = PARAMETER_REMEDY,
        as_machine: bool = False,
    ) -> None:
        self._process = process
        self._deployment = deployment
        self._http = http
        self._control = control
        self._s3 = s3
        self._call = call
        self._teams = teams
        self._mend = mend
        self._as_machine = as_machine

    def all(self) -> tuple[Check, ...]:
        """The checklist, in the order in which a deployment comes up."""
        return (
            Check("User pool", self.user_pool, f"Look at discovery_url. {self._mend}"),
            Check("Runtime", self.runtime, f"Look at runtime_url and the agent. {self._mend}"),
            Check("Gateway and its tools", self.gateway, f"Look at gateway_url. {self._mend}"),
            Check("Memory", self.memory, f"Look at memory_id and its region. {self._mend}"),
            Check("Company policies", self.policies, f"Look at policies_bucket. {self._mend}"),
            Check("Slack", self.slack, "Look whether this service may reach slack.com."),
            Check("Microsoft Teams", self.microsoft_teams, "Look at the bot's secret in Azure."),
        )

    async def user_pool(self) -> Finding:
        """The discovery document names our issuer, and its keys can be read."""
        document = await self._json(self._deployment.discovery_url)
        if document["issuer"] != self._deployment.issuer:
            return Finding("broken", f"discovery_url is another issuer's. {self._mend}")
        keys = (await self._json(document["jwks_uri"]))["keys"]
        return Finding("working", f"{_many(len(keys), 'signing key')} published.")

    async def runtime(self) -> Finding:
        """Whoever comes without a token is refused, and only a runtime refuses that way."""
        arn = quote(self._deployment.runtime_arn, safe="")
        url = f"{self._deployment.runtime_url}/runtimes/{arn}/invocations"
        answer = await self._http.post(url, params={"qualifier": "DEFAULT"}, json={})
        if answer.status_code in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
            return Finding("working", "It answers, and lets nobody in without a token.")
        if answer.status_code == httpx.codes.NOT_FOUND:
            return Finding("broken", f"There is no runtime of this ARN. {self._mend}")
        return Finding(
            "broken", f"It answered {answer.status_code} where 401 was due: look at its logs."
        )

    async def platform(self) -> Finding:
        """The runtime's sessions are restored from a snapshot; only GetAgentRuntime tells."""
        runtime = runtime_id(self._deployment.runtime_arn)
        found = await self._call(self._control.get_agent_runtime, agentRuntimeId=runtime)
        version = found.get("platformVersion", "V1")
        if version == PLATFORM_VERSION:
            return Finding("working", f"Platform {version}: sessions begin from a snapshot.")
        return Finding("broken", f"It is on platform {version}: `bizassist deploy` moves it.")

    async def gateway(self) -> Finding:
        """A machine's token is accepted, and at least one tool is listed; or nobody is let in."""
        if not self._as_machine:
            return await self._gateway_refuses()
        try:
            token = await machine_token(self._http, self._deployment)
        except httpx.HTTPError:
            needed = "m2m_client_id, m2m_client_secret and m2m_scope"
            return Finding(
                "broken", f"There is no machine's token for it: look at {needed}. {self._mend}"
            )
        names = await self._tools(token)
        if not names:
            return Finding("broken", "It has no tools: look at its targets.")
        return Finding("working", f"{_many(len(names), 'tool')}: {', '.join(sorted(names))}.")

    async def _gateway_refuses(self) -> Finding:
        answer = await self._list_tools({}, 0, None)
        if answer.status_code in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
            said = "It answers, and lets nobody in without a token."
            return Finding("working", f"{said} `bizassist doctor` lists its tools.")
        return Finding(
            "broken", f"It answered {answer.status_code} where 401 was due. {self._mend}"
        )

    async def memory(self) -> Finding:
        """The memory is there and active."""
        try:
            answer = await self._call(self._control.get_memory, memoryId=self._deployment.memory_id)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == "AccessDeniedException":
                return Finding("broken", "This service's role may not call GetMemory: allow it.")
            if code == "ResourceNotFoundException":
                return Finding("broken", f"There is no memory of this id. {self._mend}")
            raise
        memory = answer["memory"]
        if memory["status"] != "ACTIVE":
            return Finding("broken", f"Its status is {memory['status']}: wait, or make it anew.")
        return Finding("working", f"{_many(len(memory.get('strategies', [])), 'strategy')} active.")

    async def policies(self) -> Finding:
        """They are indexed, and each can be read; those that can't are named, with the reason."""
        bucket = self._deployment.policies_bucket
        try:
            answer = await self._call(self._s3.get_object, Bucket=bucket, Key=POLICY_REPORT)
            report = json.loads(await self._call(answer["Body"].read))
        except ClientError as error:
            # Who may not list a bucket is told that a missing object is a forbidden one.
            if error.response["Error"]["Code"] in {"NoSuchKey", "AccessDenied"}:
                return Finding("broken", NOT_INDEXED)
            raise
        failures: dict[str, str] = report["failures"]
        said = f"{_many(report['documents'], 'document')} indexed."
        if not report["documents"]:
            return Finding("absent", NO_DOCUMENT.format(bucket=bucket))
        if not failures:
            return Finding("working", said)
        named = [f"{name} ({problem})" for name, problem in failures.items()]
        more = f" and {len(named) - MOST_NAMED} more" if len(named) > MOST_NAMED else ""
        return Finding("broken", f"{said} Not searched: {'; '.join(named[:MOST_NAMED])}{more}.")

    async def slack(self) -> Finding:
        """The bot's token is good for one workspace and has every scope of the manifest."""
        token = self._process.slack_bot_token
        if token is None and self._process.slack_client_id:
            return Finding("working", "`/slack/install` installs it in a workspace.")
        if token is None:
            return Finding("absent", "Make an app from the manifest below.")
        answer = await self._http.post(
            f"{self._process.slack_api_url.rstrip('/')}/auth.test",
            headers={"Authorization": f"Bearer {token.get_secret_value()}"},
        )
        said: dict[str, Any] = answer.raise_for_status().json()
        if not said.get("ok"):
            return Finding(
                "broken", "Slack refuses SLACK_BOT_TOKEN: install the app again, copy its token."
            )
        granted = answer.headers.get("x-oauth-scopes")
        missing = sorted(set(SCOPES) - set(granted.split(","))) if granted else []
        if missing:
            return Finding(
                "broken", f"Install the app again; these scopes are missing: {', '.join(missing)}."
            )
        return Finding("working", f"Connected to {said['team']}.")

    async def microsoft_teams(self) -> Finding:
        """Microsoft gives the bot a token of its own."""
        if self._teams is None:
            return Finding("absent", "Register a bot and upload the package below.")
        if self._teams.anonymous:
            return Finding("working", "Takes messages of this machine without a token.")
        try:
            await BotToken(self._teams)()
        except PlatformError as error:
            look = "look at the bot's id, secret and tenant in Azure"
            if self._teams.is_managed_identity:
                look = "a managed identity works where Azure hosts this service and has it assigned"
            return Finding("broken", f"Microsoft refuses ({error}): {look}.")
        return Finding("working", "Microsoft accepts the bot's id and secret.")

    async def _json(self, url: str) -> dict[str, Any]:
        answer = await self._http.get(url)
        return dict(answer.raise_for_status().json())

    async def _tools(self, token: str) -> list[str]:
        names: list[str] = []
        cursor: str | None = None
        for page in range(PAGES):
            answer = await self._list_tools({"Authorization": f"Bearer {token}"}, page, cursor)
            result = answer.raise_for_status().json()["result"]
            names += [tool["name"] for tool in result["tools"]]
            cursor = result.get("nextCursor")
            if not cursor:
                break
        return names

    async def _list_tools(
        self, who: Mapping[str, str], page: int, cursor: str | None
    ) -> httpx.Response:
        return await self._http.post(
            self._deployment.gateway_url,
            headers={**MCP_HEADERS, **who},
            json={
                "jsonrpc": "2.0",
                "id": page,
                "method": "tools/list",
                "params": {"cursor": cursor} if cursor else {},
            },
        )


async def machine_token(http: httpx.AsyncClient, known: Parameters) -> str:
    """A token of the machine's client for the Gateway (RFC 6749 section 4.4).

    :raises httpx.HTTPError: when the user pool can't be asked, or refuses.
    """
    document = (await http.get(known.discovery_url)).raise_for_status().json()
    answer = await http.post(
        document["token_endpoint"],
        data={"grant_type": "client_credentials", "scope": known.m2m_scope},
        auth=(known.m2m_client_id, known.m2m_client_secret.get_secret_value()),
    )
    return str(answer.raise_for_status().json()["access_token"])


def _many(count: int, what: str) -> str:
    plural = f"{what[:-1]}ies" if what.endswith("y") and what[-2] not in "aeiou" else f"{what}s"
    return f"{count} {what if count == 1 else plural}"
