"""Puts the doctor together from where this shell leads, and asks."""

import json
import os
import time
from base64 import urlsafe_b64decode
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import boto3
import httpx
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from bizassist.deployment.browser_sign_in import access_token as pasted_access_token
from bizassist.deployment.deep_checks.log_streams import AgentLog
from bizassist.deployment.deep_checks.memory_fence import MemoryFence
from bizassist.deployment.deep_checks.new_session import NewSession
from bizassist.deployment.deployed_parameters import deployment, parameter_prefix
from bizassist.deployment.doctor_checks import Doctor, Remedies, findings, findings_in_turn
from bizassist.deployment.password_sign_in import access_token
from bizassist.deployment.runtime_platform import runtime_id
from bizassist.deployment.setup_checks import Checks
from bizassist.settings.environment import Process, read_process, teams_app
from bizassist.settings.platform_secrets import read_platform_secrets
from bizassist.settings.ssm_parameters import Parameters
from bots.runtime import Runtime
from bots.teams.delivery_check import SERVICE_URLS, DeliveryCheck
from identity.admin.setup_page import Check, Finding
from identity.executor import Executor
from identity.links import Links
from identity.memory.person_credentials import MemoryRole
from identity.workspaces.pauses import Pauses

SHORT_TIMEOUTS = Config(connect_timeout=3, read_timeout=8, retries={"total_max_attempts": 2})
KEPT_TOKEN = "cognito_bearer_token"  # noqa: S105 - the parameter's name


@dataclass(frozen=True, slots=True)
class SignInMethod:
    """Who asks the real question.

    :param person: a username and a password, for a pool that takes them.
    :param paste: reads the address that a sign-in in a browser ended at.
    """

    person: tuple[str, str] | None = None
    paste: Callable[[], str] | None = None


async def run_doctor(
    remedies: Remedies, sign_in_method: SignInMethod, *, deep: bool = False
) -> list[tuple[Check, Finding]]:
    """Ask every part of the deployment that the environment leads to.

    :param deep: whether to try out what writes, waits and stops, too.
    :raises CommandError: when there is no deployment there, or nobody could be signed in.
    """
    session = boto3.Session()
    known = deployment(session)
    if sign_in_method.person is None:
        name = parameter_prefix().rpartition("/")[2]
        os.environ.update(read_platform_secrets(session, name))
    process = read_process()
    token = await _token(session, known, process, sign_in_method)
    call = Executor(4)
    try:
        async with httpx.AsyncClient(timeout=10) as http:
            s3 = session.client("s3", config=SHORT_TIMEOUTS)
            shared = Checks(
                process=process,
                deployment=known,
                http=http,
                control=session.client("bedrock-agentcore-control", config=SHORT_TIMEOUTS),
                s3=s3,
                call=call,
                teams=teams_app(process),
                mend=remedies.parameter,
                as_machine=True,
            )
            dynamodb = session.client("dynamodb", config=SHORT_TIMEOUTS)
            doctor = Doctor(
                shared=shared,
                deployment=known,
                public_url=process.public_url,
                http=http,
                token=token,
                subject=_subject(token),
                teams_delivery=_teams_delivery(process, Links(dynamodb, known.links_table, call)),
                pauses=Pauses(dynamodb, known.workspaces_table, call),
                dynamodb=dynamodb,
                s3=s3,
                call=call,
                remedies=remedies,
            )
            found = await findings(doctor.checks())
            if deep:
                local = sign_in_method.person is not None
                tried = deep_checks(session, known, http, token, call, local=local)
                found += await findings_in_turn(tried)
            return found
    finally:
        call.close()


def deep_checks(
    session: boto3.Session,
    known: Parameters,
    http: httpx.AsyncClient,
    token: str | None,
    call: Executor,
    *,
    local: bool,
) -> tuple[Check, ...]:
    """The checks beyond the doctor's, the log last: a new session writes into it."""
    runtime = Runtime(http, known.runtime_url, known.runtime_arn)
    new = NewSession(runtime, token)
    group = f"/aws/bedrock-agentcore/runtimes/{runtime_id(known.runtime_arn)}-DEFAULT"
    role = MemoryRole(known.memory_role_arn, session, session.client("sts", config=SHORT_TIMEOUTS))
    memory = session.client("bedrock-agentcore", config=SHORT_TIMEOUTS)
    fence = MemoryFence(memory, known.memory_id, role, call, judged=not local)
    logs = session.client("logs", config=SHORT_TIMEOUTS)
    log = AgentLog(logs, None if local else group, call)
    look = "Look at the agent's log."
    return (
        Check("Memory's fence", fence.ask, "May this shell write records of this memory?"),
        Check("A new session", new.first_words, look),
        Check("A stop", new.stop, look),
        Check("The agent's log", log.ask, "May this shell read log groups?"),
    )


async def _token(
    session: boto3.Session, known: Parameters, process: Process, sign_in_method: SignInMethod
) -> str | None:
    """A person's access token, from wherever there is one."""
    if given := os.environ.get("BIZASSIST_TOKEN"):
        return given
    if sign_in_method.paste:
        return await pasted_access_token(known, process.public_url, sign_in_method.paste)
    with suppress(BotoCoreError, ClientError):  # the checks tell what is wrong with the pool
        if sign_in_method.person:
            return access_token(session.client("cognito-idp"), known, *sign_in_method.person)
        kept = session.client("ssm").get_parameter(
            Name=f"{parameter_prefix()}/{KEPT_TOKEN}", WithDecryption=True
        )["Parameter"]["Value"]
        return kept if _is_fresh(kept) else None
    return None


def _teams_delivery(process: Process, links: Links) -> DeliveryCheck | None:
    """What sends a message into Teams; the local stack has no Teams to send one to."""
    app = teams_app(process)
    if app is None or app.anonymous:
        return None
    return DeliveryCheck(app, links, SERVICE_URLS[process.microsoft_cloud])


def _is_fresh(token: str) -> bool:
    """Whether a token has not ended yet; who issued it is for the runtime to judge."""
    ends = _claims(token).get("exp")
    return isinstance(ends, int | float) and ends > time.time()


def _subject(token: str | None) -> str | None:
    """Whose token it is, as it says itself."""
    subject = _claims(token or "").get("sub")
    return subject if isinstance(subject, str) else None


def _claims(token: str) -> dict[str, object]:
    """What a token says, unverified; nothing where it is none."""
    try:
        body = token.split(".")[1]
        claims = json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (IndexError, ValueError):
        return {}
    return claims if isinstance(claims, dict) else {}
