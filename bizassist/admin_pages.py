"""The administrators' pages that touch several clouds, put together for the chat service."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import boto3
import httpx
from aiohttp import web
from botocore.config import Config

from bizassist.deployment.setup_checks import Checks
from bizassist.settings.environment import Process, teams_app
from bizassist.settings.ssm_parameters import Parameters
from bots.slack.manifest import manifest
from bots.teams.app_package import app_package
from bots.tool_rights.admin_page import RightsPages
from bots.tool_rights.policy import Person
from bots.turn.service import TurnService
from bots.usage.admin_page import UsagePages
from bots.usage.daily_turns import DailyTurns
from identity.admin.invite_page import InvitePages
from identity.admin.setup_page import Download, Guide, SetupPages
from identity.aws import BOUNDED
from identity.directory.group_listing import GroupMembers
from identity.directory.user_provisioning import Invitations
from identity.errors import DownloadRefused
from identity.executor import Executor
from identity.service import Identity
from identity.web.html import Html
from identity.workspaces.admin_page import WorkspacePages
from identity.workspaces.pauses import Pauses

RIGHTS_POLICY = Path(__file__).parents[1] / "agent" / "authorization" / "rights.cedar"
"""The agent's own file: the images of one version carry the same."""

# A checklist would rather say "no answer" than wait.
SHORT_TIMEOUTS = Config(connect_timeout=2, read_timeout=4, retries={"total_max_attempts": 1})


def admin_routes(
    identity: Identity,
    turns: TurnService,
    *,
    process: Process,
    deployment: Parameters,
    session: boto3.Session,
    http: httpx.AsyncClient,
    html: Html,
    call: Executor,
) -> list[web.AbstractRouteDef]:
    """The routes to add to the application."""
    checks = Checks(
        process=process,
        deployment=deployment,
        http=http,
        control=session.client("bedrock-agentcore-control", config=SHORT_TIMEOUTS),
        s3=session.client("s3", config=SHORT_TIMEOUTS),
        call=call,
        teams=teams_app(process),
    )
    slack_manifest = manifest(
        process.public_url,
        socket_mode=bool(process.slack_app_token),
        several=bool(process.slack_client_id),
    )
    setup = SetupPages(
        html=html,
        administrators=identity.administrators,
        checks=checks.all(),
        downloads=_downloads(process.public_url, slack_manifest),
        guide=Guide(
            manifest=slack_manifest.decode(),
            app_id=process.microsoft_app_id or "",
            endpoint=f"{process.public_url}/api/messages",
            secure=process.public_url.startswith("https://"),
        ),
    )
    cognito = session.client("cognito-idp", config=BOUNDED)
    invite = InvitePages(
        html=html,
        administrators=identity.administrators,
        invitations=Invitations(cognito, deployment.user_pool_id, call),
        audit=identity.audit,
        address=f"{process.public_url}/auth/login?next=/me",
    )
    settings = WorkspacePages(
        html=html,
        administrators=identity.administrators,
        linked_people=identity.linked_people,
        workspaces=turns.workspaces,
        pauses=Pauses(turns.clients.dynamodb, deployment.workspaces_table, call),
        audit=identity.audit,
    )
    daily_turns = DailyTurns(
        session.client("dynamodb", config=BOUNDED), call, deployment.ledger_table
    )
    rights = RightsPages(
        html=html,
        administrators=identity.administrators,
        text=RIGHTS_POLICY.read_text("utf-8"),
        members=partial(_people, GroupMembers(cognito, deployment.user_pool_id, call)),
        daily_turns=daily_turns,
        call=call,
    )
    usage = UsagePages(
        html=html,
        administrators=identity.administrators,
        daily_turns=daily_turns,
        links=identity.links,
    )
    return [
        *setup.routes(),
        *invite.routes(),
        *settings.routes(),
        *usage.routes(),
        *rights.routes(),
    ]


def _downloads(public_url: str, slack_manifest: bytes) -> tuple[Download, ...]:
    return (
        Download("slack-manifest.json", "application/json", lambda _: slack_manifest),
        Download("teams-app.zip", "application/zip", partial(_teams_app, public_url)),
    )


def _teams_app(public_url: str, query: Mapping[str, str]) -> bytes:
    try:
        return app_package(query.get("app_id", ""), public_url, datetime.now(UTC))
    except ValueError:
        raise DownloadRefused("no GUID") from None


async def _people(members: GroupMembers, groups: Sequence[str]) -> list[Person]:
    return [Person(one.subject, one.name, one.groups) for one in await members.of(groups)]
