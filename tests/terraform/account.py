"""An account in which the modules are applied: MiniStack, a copy of the code, and its variables."""

import asyncio
import json
import os
import re
import shutil
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from bizassist.deployment.lambda_archives import build_function
from bizassist.local.ports import LOOPBACK
from bizassist.local.processes import Part, Running
from tests.ports import free_port
from tests.terraform.agentcore_cut import cut
from tests.terraform.cli import Terraform, TerraformFailed

ROOT = Path(__file__).parents[2]
MINISTACK = ROOT / "bizassist" / "local" / "ministack" / "serve.py"
ENFORCING = Path(__file__).with_name("enforcing_ministack.py")
MINISTACK_PYTHON = ROOT / ".venv-ministack" / "bin" / "python"
REGION = "us-east-1"
OWNER = "local"
"""The access key of who applies."""
CALLS = "terraforms_calls"
LACKING = ("autoscaling", "refresh_token_rotation")
"""Variables for what the emulator doesn't have."""


@dataclass
class Account:
    """The modules of ``tests/terraform/modules``, from nothing to applied."""

    terraform: Terraform
    folder: Path
    aws: str
    port: int
    applying: "asyncio.Task[str] | None" = field(default=None, repr=False)
    planning: "asyncio.Task[dict[str, Any]] | None" = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """Where the chat service will listen."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def calls(self) -> list[tuple[str, str]]:
        """What Terraform has called until now: actions, each with its resource."""
        noted = (self.folder.parents[2] / CALLS).read_text().splitlines()
        return [(action, resource) for action, _, resource in (one.partition(" ") for one in noted)]

    @property
    def session(self) -> boto3.Session:
        return boto3.Session(OWNER, "local", region_name=REGION)

    def client(self, service: str) -> Any:
        return self.session.client(service, endpoint_url=self.aws)  # type: ignore[call-overload]

    async def apply(self) -> None:
        """Apply; begun when the account was made, so that other checks run meanwhile."""
        assert self.applying
        await asyncio.shield(self.applying)

    async def plan(self) -> dict[str, Any]:
        """What would be done once all is applied; as :meth:`apply` begun long before."""
        assert self.planning
        return await asyncio.shield(self.planning)

    @asynccontextmanager
    async def begun(self) -> AsyncIterator["Account"]:
        """The account, in which applying and a second plan go on by themselves."""
        self.applying = asyncio.create_task(self._apply())
        self.planning = asyncio.create_task(self._plan())
        tasks = (self.planning, self.applying)
        try:
            yield self
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _plan(self) -> dict[str, Any]:
        """What would be done, with what the emulator lacks."""
        await self.apply()
        lacking = [f"-var={name}=true" for name in LACKING]
        options = ("-no-color", *lacking, "-out", "second.tfplan")
        await self.terraform(self.folder, "plan", *options, seconds=300)
        return await self.terraform.json(self.folder, "show", "-json", "second.tfplan")

    async def destroy(self) -> str:
        """Take everything down again; what was just planned needn't be read once more."""
        options = ("-auto-approve", "-no-color", "-refresh=false", "-parallelism=40")
        return await self.terraform(self.folder, "destroy", *options, seconds=170)

    async def _apply(self) -> str:
        """Install and apply."""
        await self.terraform.init(self.folder)
        options = ("-auto-approve", "-no-color", "-parallelism=20")
        try:
            return await self.terraform(self.folder, "apply", *options, seconds=300)
        except TerraformFailed as error:
            if not await asyncio.to_thread(self._forget_unanswered, str(error)):
                raise
        return await self.terraform(self.folder, "apply", *options, seconds=300)

    def _forget_unanswered(self, error: str) -> bool:
        """Forget what Terraform doesn't know of; False when that is not what went wrong.

        A busy emulator's first answer can get lost; the provider asks again, and is told that the
        name is taken.
        """
        elb, ssm = self.client("elbv2"), self.client("ssm")
        parameters = re.findall(r"SSM Parameter \((\S+)\).*ParameterAlreadyExists", error)
        for name in parameters:
            ssm.delete_parameter(Name=name)
        if "DuplicateLoadBalancerName" not in error:
            return bool(parameters)
        for one in elb.describe_load_balancers()["LoadBalancers"]:
            elb.delete_load_balancer(LoadBalancerArn=one["LoadBalancerArn"])
        return True


def copy_of_terraform(target: Path) -> Path:
    """The modules in a folder of their own, so that nothing is installed into the sources."""
    ignored = shutil.ignore_patterns(".terraform*", "*.tfstate*")
    shutil.copytree(ROOT / "terraform", target / "terraform", ignore=ignored)
    (target / "gateway_tools").symlink_to(ROOT / "gateway_tools")
    return target / "terraform"


@asynccontextmanager
async def made_account(terraform: Terraform, folder: Path) -> AsyncIterator[Account]:
    """An account in which applying has begun; nothing of it is left afterwards."""
    cut(copy_of_terraform(folder) / "modules" / "agentcore")
    modules = folder / "tests" / "terraform" / "modules"
    shutil.copytree(Path(__file__).with_name("modules"), modules)
    port = free_port()
    async with _ministack(folder) as aws:
        account = Account(terraform, modules, aws, port)
        values = {
            "aws": aws,
            "public_url": account.url,
            "lambda_folder": str(_archives(folder / "lambda")),
            **dict.fromkeys(LACKING, False),
            **_certificate(),
        }
        (modules / "test.auto.tfvars.json").write_text(json.dumps(values))
        async with account.begun():
            yield account


@asynccontextmanager
async def _ministack(folder: Path) -> AsyncIterator[str]:
    port, logs = free_port(), folder / "logs"
    logs.mkdir()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        "BIND_HOST": LOOPBACK,
        "MINISTACK_HOST": LOOPBACK,
        "GATEWAY_PORT": str(port),
        # Enforced, whoever comes with this key may do all, every other one what its policies say.
        "AUTH": "true",
        "NOTED_CALLS": str(folder / CALLS),
        "AWS_ACCESS_KEY_ID": OWNER,
        "MINISTACK_REGION": REGION,
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "LOG_LEVEL": "WARNING",
        "STATE_DIR": str(folder / "ministack"),
    }
    aws = f"http://{LOOPBACK}:{port}"
    part = Part(
        "MiniStack",
        (str(ENFORCING), str(MINISTACK)),
        f"{aws}/_ministack/health",
        environment,
        python=str(MINISTACK_PYTHON),
    )
    running = await Running.start(part, logs)
    try:
        await running.ready()
        yield aws
    finally:
        await running.stop()


def _archives(folder: Path) -> Path:
    """The functions' real code; a layer of one empty file, for its wheels take long to fetch."""
    build_function(folder / "function.zip")
    with zipfile.ZipFile(folder / "layer.zip", "w") as layer:
        layer.writestr("python/library.py", "")
    return folder


def _certificate() -> dict[str, str]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return {
        "certificate_body": certificate.public_bytes(serialization.Encoding.PEM).decode(),
        "certificate_key": private.decode(),
    }
