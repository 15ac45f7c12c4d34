"""What is done before the agent is healthy, so that a snapshot of it is a warm agent."""

import logging
from dataclasses import dataclass

import boto3
import httpx

from agent.authorization.approval import tools_needing_approval
from agent.authorization.rights import POLICY
from agent.models.providers import import_provider
from agent.settings import Settings
from agent.tools.policies.embedders.choice import embedder
from agent.tools.policies.shared_index import PolicyCollection
from agent.tools.policies.storage import document_storage

SERVICES = ("bedrock-agentcore", "bedrock-runtime", "dynamodb", "s3", "ssm", "sts")
"""What is called for an answer; the models of their calls take a tenth of a second each."""
NOBODY = {"aws_access_key_id": "warm-up", "aws_secret_access_key": "warm-up"}
"""No call is made with them; without any boto3 would look for the role's own, which expire."""
DISCOVERY_SECONDS = 5

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WarmedUp:
    """What a restored copy goes on with: nothing in it expires, and no connection is open.

    :param aws: has the models of the calls and no credentials.
    :param jwks_uri: where the issuer's keys are; empty when it was not found out.
    :param policies: as they were indexed; looked at again before they are searched.
    """

    aws: boto3.Session
    jwks_uri: str
    policies: PolicyCollection


def warm_up(settings: Settings) -> WarmedUp:
    """Import, parse and look up what is the same for all; blocks for some seconds.

    (AgentCore Runtime V2 takes its snapshot after the first healthy ``/ping``.)
    """
    aws = boto3.Session()
    for service in SERVICES:
        aws.client(service, region_name=aws.region_name or "us-east-1", **NOBODY)  # type: ignore[call-overload]
    import_provider(settings.model_choice)
    tools_needing_approval(POLICY)
    return WarmedUp(aws, _jwks_uri(str(settings.discovery_url)), _policies(settings))


def _policies(settings: Settings) -> PolicyCollection:
    """Read with credentials and connections that nothing else has, and that end here."""
    aws = boto3.Session()
    storage = document_storage(settings.policies_folder, settings.policies_bucket, aws)
    policies = PolicyCollection(storage, embedder(settings.policy_embedder, aws))
    policies.read_ahead()
    storage.close()
    return policies


def _jwks_uri(discovery_url: str) -> str:
    """Where the keys are, which stays so; the keys themselves are fetched by who is asked."""
    try:
        answer = httpx.get(discovery_url, timeout=DISCOVERY_SECONDS).raise_for_status()
        return str(answer.json()["jwks_uri"])
    except (httpx.HTTPError, KeyError, TypeError, ValueError) as error:
        logger.warning("the issuer can't be asked yet: %s", type(error).__name__)
        return ""
