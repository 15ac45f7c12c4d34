"""Makes in MiniStack what Terraform makes in AWS: the same resources, the same parameters."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import boto3

from agent.tools.policies.embedders.choice import WORDS, embedder
from agent.tools.policies.storage import Bucket
from agent.tools.policies.stored_index import index_policies
from bizassist.local import sample_data
from bizassist.local.provision.agentcore import make_agentcore
from bizassist.local.provision.identity import allow_callbacks, make_identity
from bizassist.local.provision.personal_data import make_personal_data_role
from bizassist.local.provision.storage import (
    fill_bucket,
    fill_table,
    is_empty,
    make_buckets,
    make_key,
    make_queues,
    make_tables,
    moved_queues,
)
from bizassist.settings.ssm_parameters import Parameters, read_parameters, write_parameters

POLICIES = Path(__file__).parents[1] / "policies"
DISCOVERY = "/.well-known/openid-configuration"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the parts of this run listen; they may move between two runs.

    :param aws: MiniStack's base URL.
    :param public: the chat service's base URL.
    """

    aws: str
    public: str
    runtime: str
    gateway: str


def provision(
    addresses: Addresses,
    passwords: Mapping[str, str],
    prefix: str,
    policy_embedder: str = WORDS,
) -> dict[str, str]:
    """Make everything that is missing and write the parameters.

    :param passwords: a password for each sample person, by user name.
    :param policy_embedder: what finds policies by their meaning, as the agent's setting says it.
    :returns: the parameters as they now stand below ``prefix``.
    """
    aws = boto3.Session()
    read = read_parameters(aws.client("ssm"), prefix)
    known = {name: value for name, value in read.items() if name in Parameters.model_fields}
    if not known:
        known = {
            **make_identity(aws, passwords),
            **make_tables(aws),
            **make_queues(aws),
            **make_key(aws),
            **make_buckets(aws),
            **make_agentcore(aws),
        }
        today = datetime.now(UTC).date()
        fill_table(aws, known["warranty_table"], sample_data.warranties(today))
        fill_table(aws, known["clients_table"], sample_data.clients())
    if "personal_data_role_arn" not in known:  # a stack may have been made before it
        known |= make_personal_data_role(aws)
    known |= {
        "discovery_url": f"{addresses.aws}/{known['user_pool_id']}{DISCOVERY}",
        "runtime_url": addresses.runtime,
        "gateway_url": f"{addresses.gateway}/mcp",
    }
    empty = is_empty(aws, known["policies_bucket"])
    if empty:
        fill_bucket(aws, known["policies_bucket"], sorted(POLICIES.iterdir()))
    if empty or known.get("policy_embedder") != policy_embedder:
        bucket = Bucket(known["policies_bucket"], aws)
        index_policies(bucket, embedder(policy_embedder, aws))
    known["policy_embedder"] = policy_embedder
    known |= moved_queues(known, addresses.aws)
    allow_callbacks(aws.client("cognito-idp"), known, addresses.public)
    write_parameters(aws.client("ssm"), prefix, known)
    return known
