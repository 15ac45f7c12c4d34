"""The local stack: which parts it has, in which order they start, and what they are told."""

import asyncio
import json
import os
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from bizassist.errors import PartError
from bizassist.local import sample_data
from bizassist.local.ports import LOOPBACK, StackPorts, claim_ports, url
from bizassist.local.processes import Part, Running
from bizassist.local.provision import Addresses, provision

MINISTACK = Path(__file__).parent / "ministack" / "serve.py"
REGION = "us-east-1"
AGENT_SECONDS = 120.0
"""As long as AgentCore Runtime waits for a first healthy /ping: by then the agent is warm."""
PREFIX = "/app/bizassist"
# State made by an older set of resources cannot be brought up to date, so it is made anew.
PROVISIONED = "10"

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class StackOptions:
    """What the person who starts the stack may choose.

    :param socket_mode: Slack's double sends what happens over a connection that the service opens.
    :param policy_embedder: what finds policies by their meaning, as the agent's setting says it.
    """

    state: Path
    ministack_python: Path
    ports: StackPorts = field(default_factory=StackPorts)
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    socket_mode: bool = False
    policy_embedder: str = "words"


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack that is ready: the addresses of its parts and the secrets made for it."""

    description: dict[str, object]
    running: tuple[Running, ...]

    async def first_end(self) -> Running:
        """Wait until one of the parts ends by itself."""
        ends = [asyncio.create_task(part.ended()) for part in self.running]
        try:
            done, _ = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            return done.pop().result()
        finally:
            for end in ends:
                end.cancel()


@asynccontextmanager
async def running_stack(options: StackOptions, say: Report, notify: Report) -> AsyncIterator[Stack]:
    """Start every part, yield the ready stack, and leave no process behind.

    :param say: told of each part that is ready.
    :param notify: told what isn't as it was wanted.
    :raises PartError: one sentence, when a tool is missing or a part fails.
    """
    logs = options.state / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    made = _secrets(options.state / "secrets.json")
    ports = claim_ports(options.ports, notify)
    async with AsyncExitStack() as stack:

        async def start(part: Part) -> Running:
            running = await Running.start(part, logs)
            stack.push_async_callback(running.stop)
            await running.ready()
            say(f"{part.name} is ready")
            return running

        aws = await start(_ministack(options, ports))
        shared = _aws_environment(ports.aws, options.environment)
        _use_environment(shared)
        parameters = await asyncio.to_thread(_provision, options, ports, made)
        (options.state / "provisioned").write_text(PROVISIONED)
        say("user pool, tables, queues and memory are there")
        parts = _parts(options, ports, shared, made)
        others = await asyncio.gather(*(start(part) for part in parts))
        description = _describe(ports, parameters, made, [aws, *others])
        path = options.state / "stack.json"
        _write_private(path, description)
        stack.callback(path.unlink, missing_ok=True)
        yield Stack(description, (aws, *others))


def _secrets(path: Path) -> dict[str, str]:
    """What is secret in this stack, made once and kept for its next start."""
    if not path.exists():
        _write_private(
            path,
            {
                "slack_signing_secret": secrets.token_hex(16),
                "slack_bot_token": f"xoxb-{secrets.token_hex(16)}",
                **{
                    f"password_{person.username}": f"Try-{secrets.token_hex(4)}-9Z"
                    for person in sample_data.PEOPLE
                },
            },
        )
    kept: dict[str, str] = json.loads(path.read_text())
    return kept


def _write_private(path: Path, content: Mapping[str, object]) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(content, file, indent=2)


def _ministack(options: StackOptions, ports: StackPorts) -> Part:
    if not options.ministack_python.exists():
        raise PartError(
            f"MiniStack's environment is missing ({options.ministack_python}): run make setup."
        )
    return Part(
        "MiniStack",
        (str(MINISTACK),),
        f"{url(ports.aws)}/_ministack/health",
        {
            **options.environment,
            "BIND_HOST": LOOPBACK,
            "MINISTACK_HOST": LOOPBACK,
            "GATEWAY_PORT": str(ports.aws),
            "MINISTACK_REGION": REGION,
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "PERSIST_STATE": "1",
            "STATE_DIR": str(options.state / "ministack"),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(options.state / "ministack" / "s3"),
            "LOG_LEVEL": "WARNING",
        },
        python=str(options.ministack_python),
    )


def _aws_environment(port: int, base: Mapping[str, str]) -> dict[str, str]:
    """boto3 speaks to MiniStack and to nothing else, whatever account is configured here."""
    return {key: value for key, value in base.items() if not key.startswith("AWS_")} | {
        "AWS_ENDPOINT_URL": url(port),
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": f"{LOOPBACK},localhost",
        "BIZASSIST_SSM_PREFIX": PREFIX,
    }


def _use_environment(environment: Mapping[str, str]) -> None:
    """Let this process, which provisions, speak to what its parts speak to."""
    os.environ.clear()
    os.environ.update(environment)


def _provision(options: StackOptions, ports: StackPorts, made: Mapping[str, str]) -> dict[str, str]:
    return provision(
        Addresses(
            aws=url(ports.aws),
            public=url(ports.chat),
            runtime=url(ports.agent),
            gateway=url(ports.gateway),
        ),
        {person.username: made[f"password_{person.username}"] for person in sample_data.PEOPLE},
        PREFIX,
        options.policy_embedder,
    )


def _parts(
    options: StackOptions, ports: StackPorts, shared: Mapping[str, str], made: Mapping[str, str]
) -> list[Part]:
    slack = _slack_environment(options, ports, made)
    parts = [
        _module("gateway", "bizassist.local.gateway", ports.gateway, "healthz", shared),
        replace(
            _module("agent", "bizassist.local.runtime", ports.agent, "ping", shared),
            start_seconds=AGENT_SECONDS,
        ),
        Part(
            "chat",
            ("-m", "bizassist", "serve"),
            f"{url(ports.chat)}/readyz",
            {
                **shared,
                **slack,
                "BIZASSIST_PORT": str(ports.chat),
                "BIZASSIST_PUBLIC_URL": url(ports.chat),
                "BIZASSIST_TEAMS_ANONYMOUS": "true",
                # Who presses Ctrl-C waits for no answer; it is given back to the inbox.
                "BIZASSIST_DRAIN_SECONDS": "3",
            },
        ),
    ]
    if slack["SLACK_API_URL"].startswith(url(ports.slack)):
        double = {**shared, **slack, "BIZASSIST_PUBLIC_URL": url(ports.chat)}
        parts.append(_module("slack", "bizassist.local.slack", ports.slack, "healthz", double))
    return parts


def _module(name: str, module: str, port: int, health: str, environment: Mapping[str, str]) -> Part:
    return Part(name, ("-m", module), f"{url(port)}/{health}", {**environment, "PORT": str(port)})


def _slack_environment(
    options: StackOptions, ports: StackPorts, made: Mapping[str, str]
) -> dict[str, str]:
    """Slack itself where its settings point to it; the double otherwise."""
    environment = options.environment
    own = ("SLACK_SIGNING_SECRET", "SLACK_BOT_TOKEN", "SLACK_API_URL")
    if all(environment.get(name) for name in own):
        return {name: environment[name] for name in own}
    return {
        "SLACK_SIGNING_SECRET": made["slack_signing_secret"],
        "SLACK_BOT_TOKEN": made["slack_bot_token"],
        "SLACK_API_URL": f"{url(ports.slack)}/api/",
        "SLACK_CLIENT_ID": "1000000000000.2000000000000",
        "SLACK_CLIENT_SECRET": f"client-{made['slack_signing_secret']}",
        # An empty one counts as none: this shell's own is no token of the double's.
        "SLACK_APP_TOKEN": f"xapp-{made['slack_bot_token']}" if options.socket_mode else "",
    }


def _describe(
    ports: StackPorts,
    parameters: Mapping[str, str],
    made: Mapping[str, str],
    running: list[Running],
) -> dict[str, object]:
    return {
        "chat": url(ports.chat),
        "agent": url(ports.agent),
        "gateway": parameters["gateway_url"],
        "slack": url(ports.slack),
        "aws": url(ports.aws),
        "region": REGION,
        "ssm_prefix": PREFIX,
        "people": {
            person.username: {
                "password": made[f"password_{person.username}"],
                "email": person.email,
                "groups": list(person.groups),
            }
            for person in sample_data.PEOPLE
        },
        "slack_signing_secret": made["slack_signing_secret"],
        "slack_bot_token": made["slack_bot_token"],
        "parameters": {name: parameters[name] for name in sorted(parameters)},
        "processes": {part.part.name: part.pid for part in running},
    }
