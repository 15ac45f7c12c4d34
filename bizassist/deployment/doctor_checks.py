"""What ``bizassist doctor`` asks a deployment, beyond what the setup checklist asks it."""

import asyncio
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
from ag_ui.core import RunErrorEvent, TextMessageContentEvent

from bizassist.deployment.setup_checks import PARAMETER_REMEDY, POLICY_REPORT, Checks
from bizassist.settings.ssm_parameters import Parameters
from bots.errors import RuntimeUnavailable, TokenRefused
from bots.platform import Audience
from bots.runtime import RunAddress, Runtime
from bots.teams.delivery_check import DeliveryCheck
from identity.admin.setup_page import Check, Finding
from identity.executor import Executor
from identity.workspaces.pauses import Pauses

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

QUESTION = "Reply with the single word: ready"
# A cold start of the agent and an answer; what is slower than that is broken.
TURN_SECONDS = 90.0
# The other checks are short; one that waits for the network's own time-outs isn't.
SECONDS = 15.0

NOT_SENT = "No message was sent: --sign-in sends one to yourself."
NOT_ASKED = "Not asked: --sign-in asks as yourself."
NOT_SET_UP = "Not set up, or its secret can't be read from here: /admin/setup tells how."
DOCUMENTS = (".md", ".markdown", ".pdf")
"""What the names of policies end with; others in the bucket are passed over."""

NO_DEVICE = "No device is there to look up: `bizassist warranty import FILE.csv` loads them."
DOCUMENT_FIRST = "Mend the discovery document first."


@dataclass(frozen=True, slots=True)
class Remedies:
    """Where a deployment runs, in words for whoever has to mend it.

    :param parameter: what to do about a parameter that is wrong.
    :param service: what to do when the chat service doesn't answer.
    :param agent_log: where the agent's log is.
    """

    parameter: str
    service: str
    agent_log: str


AWS_REMEDIES = Remedies(
    parameter=PARAMETER_REMEDY,
    service="Look at the ECS service's events and at its log group /NAME/chat.",
    agent_log="its log group /aws/bedrock-agentcore/runtimes/…",
)


def local_remedies(logs: Path) -> Remedies:
    """The local stack, whose parts log into this folder."""
    return Remedies(
        parameter="`bizassist dev` writes this parameter: start it again.",
        service=f"Is `bizassist dev` up? Its log is {logs / 'chat.log'}.",
        agent_log=str(logs / "agent.log"),
    )


class Doctor:
    """The checks of a deployment, in the order in which it comes up.

    :param shared: the checks that the setup checklist asks too.
    :param http: has time-outs of its own.
    :param pauses: which workspaces are paused.
    :param dynamodb: has time-outs of its own, as has ``s3``.
    :param token: a person's access token, for a real turn; None when nobody signed in.
    :param subject: that person.
    :param teams_delivery: sends a message to them; None without a bot that Microsoft knows.
    """

    def __init__(
        self,
        *,
        shared: Checks,
        deployment: Parameters,
        public_url: str,
        http: httpx.AsyncClient,
        token: str | None,
        subject: str | None,
        teams_delivery: DeliveryCheck | None,
        pauses: Pauses,
        dynamodb: "DynamoDBClient",
        s3: "S3Client",
        call: Executor,
        remedies: Remedies,
    ) -> None:
        self._shared = shared
        self._deployment = deployment
        self._public_url = public_url
        self._http = http
        self._token = token
        self._subject = subject
        self._teams_delivery = teams_delivery
        self._pauses = pauses
        self._dynamodb = dynamodb
        self._s3 = s3
        self._call = call
        self._remedies = remedies

    def checks(self) -> tuple[Check, ...]:
        """Every check, with what to do when it fails without a word of its own."""
        shared = {check.name: check for check in self._shared.all()}
        mend, remedies = self._remedies.parameter, self._remedies
        return (
            Check("Chat service", self.chat_service, remedies.service),
            Check("Discovery document", self.discovery, f"Look at discovery_url. {mend}"),
            Check("Signing keys", self.signing_keys, DOCUMENT_FIRST),
            Check("Machine's token", self.machine_token, DOCUMENT_FIRST),
            shared["Gateway and its tools"],
            shared["Memory"],
            Check("Company policies", self.policies, shared["Company policies"].remedy),
            Check("Warranty records", self.warranties, f"Look at warranty_table. {mend}"),
            shared["Runtime"],
            Check("Runtime's platform", self._shared.platform, "May this shell GetAgentRuntime?"),
            Check("A real turn", self.turn, f"Look at {remedies.agent_log}."),
            _named_here(shared["Slack"]),
            _named_here(replace(shared["Microsoft Teams"], ask=self.microsoft_teams)),
            Check("Workspaces", self.workspaces, f"Look at workspaces_table. {mend}"),
        )

    async def chat_service(self) -> Finding:
        """It and all that it depends on answer."""
        answer = await self._http.get(f"{self._public_url}/readyz")
        if answer.is_success:
            return Finding("working", "It answers, and so does all that it depends on.")
        try:
            parts: dict[str, str] = answer.json()
            silent = [name for name, state in parts.items() if state != "answers"]
        except (ValueError, AttributeError):
            silent = []
        what = f"It can't reach: {', '.join(silent)}." if silent else ""
        said = f"/readyz answered {answer.status_code}."
        return Finding("broken", " ".join(filter(None, (said, what, self._remedies.service))))

    async def discovery(self) -> Finding:
        """The document is the user pool's, and names what sign-in needs."""
        document = await self._document()
        if document.get("issuer") != self._deployment.issuer:
            return Finding("broken", f"It is another issuer's. {self._remedies.parameter}")
        needed = ("jwks_uri", "authorization_endpoint", "token_endpoint")
        missing = [name for name in needed if not document.get(name)]
        if missing:
            return Finding("broken", f"It lacks {', '.join(missing)}: has the pool a domain?")
        return Finding("working", f"Issued by {self._deployment.issuer}.")

    async def signing_keys(self) -> Finding:
        """Somebody's token can be verified."""
        answer = await self._http.get((await self._document())["jwks_uri"])
        keys = [key for key in answer.raise_for_status().json()["keys"] if key.get("kid")]
        if not keys:
            return Finding("broken", "No key is published: nobody's token can be verified.")
        return Finding("working", f"{len(keys)} published.")

    async def machine_token(self) -> Finding:
        """The agent can sign in to the Gateway by itself."""
        known = self._deployment
        answer = await self._http.post(
            (await self._document())["token_endpoint"],
            data={"grant_type": "client_credentials", "scope": known.m2m_scope},
            auth=(known.m2m_client_id, known.m2m_client_secret.get_secret_value()),
        )
        if answer.is_success and answer.json().get("access_token"):
            return Finding("working", f"Granted for {known.m2m_scope}.")
        wrong = "m2m_client_id, m2m_client_secret or m2m_scope is wrong"
        said = f"The token endpoint answered {answer.status_code}: {wrong}."
        return Finding("broken", f"{said} {self._remedies.parameter}")

    async def turn(self) -> Finding:
        """Somebody asks, and is answered."""
        if self._token is None:
            return Finding("absent", NOT_ASKED)
        runtime = Runtime(self._http, self._deployment.runtime_url, self._deployment.runtime_arn)
        session = f"doctor-{secrets.token_hex(20)}"
        address = RunAddress(session, session, f"doctor-{secrets.token_hex(8)}")
        said, began = "", time.monotonic()
        look = f"look at {self._remedies.agent_log}"
        try:
            async for event in runtime.invoke(
                # As if others read along, so that nothing is learned of whoever asks.
                address,
                QUESTION,
                self._token,
                audience=Audience.COLLEAGUES,
            ):
                if isinstance(event, TextMessageContentEvent):
                    said += event.delta
                if isinstance(event, RunErrorEvent):
                    return Finding("broken", f"The run failed ({event.code}): {look}.")
        except TokenRefused:
            who = "an access token of this user pool, for someone in bizassist-users"
            return Finding("broken", f"The runtime refuses the token: it must be {who}.")
        except RuntimeUnavailable:
            return Finding("broken", f"The runtime broke off: {look}.")
        if not said.strip():
            return Finding("broken", f"The answer was empty: {look}.")
        return Finding("working", f"Asked and answered in {time.monotonic() - began:.1f} s.")

    async def policies(self) -> Finding:
        """They are indexed, and none is newer than the index; only a listing tells."""
        found = await self._shared.policies()
        if found.state == "broken":
            return found
        listed = await self._call(self._documents)
        newer = sum(changed > listed[POLICY_REPORT] for changed in listed.values())
        if newer:
            more = f"{newer} changed since: `bizassist policies index`"
            return Finding("broken", f"{found.sentence} {more}.")
        return found

    def _documents(self) -> dict[str, datetime]:
        """When each document of the bucket was written, and the report on their index."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(
            Bucket=self._deployment.policies_bucket
        )
        return {
            one["Key"]: one["LastModified"]
            for page in pages
            for one in page.get("Contents", [])
            if one["Key"] == POLICY_REPORT or one["Key"].lower().endswith(DOCUMENTS)
        }

    async def warranties(self) -> Finding:
        """There is at least one device to find."""
        table = self._deployment.warranty_table
        found = await self._call(self._dynamodb.scan, TableName=table, Limit=1)
        if not found["Items"]:
            return Finding("absent", NO_DEVICE)
        return Finding("working", "There are devices to look up.")

    async def microsoft_teams(self) -> Finding:
        """Microsoft knows the bot, and Teams takes a message for whoever signed in."""
        found = await self._shared.microsoft_teams()
        if found.state != "working" or self._teams_delivery is None:
            return found
        if self._subject is None:
            return Finding("working", f"{found.sentence} {NOT_SENT}")
        sent = await self._teams_delivery.ask(self._subject)
        if sent.state == "broken":
            return sent
        return Finding("working", f"{found.sentence[:-1]}; {sent.sentence}.")

    async def workspaces(self) -> Finding:
        """No platform refuses the installation of a workspace."""
        paused = [
            f"{workspace.key} since {pause.since:%Y-%m-%d %H:%M} UTC ({pause.word})"
            for workspace, pause in (await self._pauses.all()).items()
            if pause
        ]
        if not paused:
            return Finding("working", "None is paused.")
        return Finding("broken", f"Paused: {', '.join(paused)}. /admin/workspaces says what to do.")

    async def _document(self) -> dict[str, Any]:
        answer = await self._http.get(self._deployment.discovery_url)
        return dict(answer.raise_for_status().json())


def _named_here(check: Check) -> Check:
    """The setup page shows how to set a platform up below its own checklist; a terminal doesn't."""

    async def ask() -> Finding:
        found = await check.ask()
        return Finding("absent", NOT_SET_UP) if found.state == "absent" else found

    return Check(check.name, ask, check.remedy)


async def findings_in_turn(checks: Iterable[Check]) -> list[tuple[Check, Finding]]:
    """What each of them says, asked one after the other: each may be slow, as a real turn is."""
    return [(check, await finding(check, TURN_SECONDS)) for check in checks]


async def findings(checks: Iterable[Check]) -> list[tuple[Check, Finding]]:
    """What all of them say, asked at the same time."""
    asked = list(checks)
    seconds = [TURN_SECONDS if check.name == "A real turn" else SECONDS for check in asked]
    return list(zip(asked, await asyncio.gather(*map(finding, asked, seconds)), strict=True))


async def finding(check: Check, seconds: float = SECONDS) -> Finding:
    """What one check says; what stopped it is said as well, without the text of an error."""
    try:
        async with asyncio.timeout(seconds):
            return await check.ask()
    except (TimeoutError, httpx.TimeoutException):
        what = "No answer in time."
    except httpx.HTTPStatusError as error:
        what = f"It answered {error.response.status_code}."
    except httpx.TransportError:
        what = "It can't be reached."
    except Exception as error:  # noqa: BLE001 - whatever it is, the part doesn't work
        what = f"It failed ({type(error).__name__})."
    return Finding("broken", f"{what} {check.remedy}")
