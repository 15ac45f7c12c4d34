"""The chat service as a process of its own on the applied account: ready, and answering."""

import asyncio
import json
import os
import re
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx
import pytest
import pytest_asyncio

from bizassist.local.processes import Part, Running
from bizassist.settings.ssm_parameters import read_parameters, write_parameters
from tests.bots.scripted_runtime import FINISHED, STARTED, ScriptedRuntime, text
from tests.person import Person, answered
from tests.terraform.account import REGION, ROOT, Account
from tests.terraform.simulated_rights import ROLES
from tests.terraform.test_applied import PREFIX

pytestmark = pytest.mark.timeout(400)
TARGETS = (ROOT / "gateway_tools" / "targets.json").read_text()
ANSWER = "Terraform made all of this."


@pytest_asyncio.fixture(scope="module")
async def runtime() -> AsyncIterator[ScriptedRuntime]:
    async with ScriptedRuntime([[STARTED, text(ANSWER), FINISHED]]).listening() as runtime:
        yield runtime


@pytest.fixture(scope="module")
def rights(account: Account) -> dict[str, str]:
    """Credentials of the service's own role, which for this long not only ECS may assume.

    A copy of the role with its policies would not do: the key of the tokens names the role itself.
    """
    iam, role = account.client("iam"), ROLES["chat"]
    found = iam.get_role(RoleName=role)["Role"]
    kept = json.dumps(found["AssumeRolePolicyDocument"])
    open_to_all = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    trust = {"Version": "2012-10-17", "Statement": [open_to_all]}
    iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(trust))
    try:
        given = account.client("sts").assume_role(RoleArn=found["Arn"], RoleSessionName="chat")
    finally:
        iam.update_assume_role_policy(RoleName=role, PolicyDocument=kept)
    return {
        "AWS_ACCESS_KEY_ID": given["Credentials"]["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": given["Credentials"]["SecretAccessKey"],
        "AWS_SESSION_TOKEN": given["Credentials"]["SessionToken"],
    }


@pytest_asyncio.fixture(scope="module")
async def chat(
    account: Account,
    runtime: ScriptedRuntime,
    rights: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[str]:
    """Its address; it may do what its role may.

    It reads what Terraform wrote, and of AgentCore what a test can give it.
    """
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        "AWS_ENDPOINT_URL": account.aws,
        "AWS_DEFAULT_REGION": REGION,
        **rights,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "BIZASSIST_PORT": str(account.port),
        "BIZASSIST_PUBLIC_URL": account.url,
        "BIZASSIST_SSM_PREFIX": PREFIX,
    }
    part = Part("chat", ("-m", "bizassist", "serve"), f"{account.url}/readyz", environment)
    with _agentcore(account, runtime.url):
        running = await Running.start(part, tmp_path_factory.mktemp("chat"))
        try:
            await running.ready()
            yield account.url
        finally:
            await running.stop()


@contextmanager
def _agentcore(account: Account, runtime: str) -> Iterator[None]:
    """Our runtime instead of AgentCore's, and the emulator's own discovery document."""
    ssm = account.client("ssm")
    written = read_parameters(ssm, PREFIX)
    given = {
        "runtime_url": runtime,
        "discovery_url": f"{account.aws}{urlsplit(written['discovery_url']).path}",
    }
    write_parameters(ssm, PREFIX, given)
    yield
    write_parameters(ssm, PREFIX, {name: written[name] for name in given})


@pytest.fixture(scope="module")
def password(account: Account) -> str:
    """The password of ``alice``, who is invited to the pool that Terraform made."""
    cognito, chosen = account.client("cognito-idp"), f"Try-{secrets.token_hex(8)}-9Z"
    pool = {"UserPoolId": read_parameters(account.client("ssm"), PREFIX)["user_pool_id"]}
    cognito.admin_create_user(
        **pool, Username="alice", MessageAction="SUPPRESS", TemporaryPassword=chosen
    )
    cognito.admin_set_user_password(**pool, Username="alice", Password=chosen, Permanent=True)
    cognito.admin_add_user_to_group(**pool, Username="alice", GroupName="bizassist-users")
    return chosen


async def test_the_service_is_ready(chat: str) -> None:
    async with httpx.AsyncClient(base_url=chat, timeout=10) as http:
        assert (await http.get("/readyz")).status_code == 200
        assert (await http.get("/healthz")).status_code == 200


async def test_a_person_signs_in_and_is_answered(
    chat: str, password: str, runtime: ScriptedRuntime
) -> None:
    async with Person() as alice, asyncio.timeout(60):
        await alice.open(f"{chat}/auth/login?next=/chat")
        await alice.submit("/login", username="alice", password=password)

        assert ANSWER in await answered(alice, "Who made you?")

    assert len(runtime.requests) == 1


def test_the_machine_client_gets_a_token_for_the_gateway(account: Account) -> None:
    known = read_parameters(account.client("ssm"), PREFIX)
    answer = httpx.post(
        f"{account.aws}/oauth2/token",
        data={"grant_type": "client_credentials", "scope": known["m2m_scope"]},
        auth=(known["m2m_client_id"], known["m2m_client_secret"]),
        timeout=10,
    )
    assert answer.json()["token_type"] == "Bearer"
    assert re.fullmatch(r"default-m2m-resource-server-\d{12}/read", known["m2m_scope"])


def test_each_gateway_target_has_its_function(account: Account) -> None:
    functions = account.client("lambda").list_functions()["Functions"]
    assert {(one["FunctionName"], one["Runtime"], *one["Architectures"]) for one in functions} == {
        (f"bizassist-tools-{target}", "python3.13", "arm64") for target in json.loads(TARGETS)
    }
