"""What an access token costs that the broker has in memory, beside the least and the next best.

``python benchmarks/token_broker.py [--rounds N]`` starts MiniStack for itself, makes a link and
lets the broker fetch its token once. Each round then times the contenders one after another, so
that whatever else the machine does meets them all alike.
"""

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import boto3

from bizassist.local import sample_data
from bizassist.local.ports import LOOPBACK
from bizassist.local.processes import Part, Running
from bizassist.local.provision import Addresses, provision
from bizassist.settings.identity import identity_settings
from bizassist.settings.ssm_parameters import Parameters
from identity.executor import Executor
from identity.links import Link, new_link
from identity.people import ChatUser, Names
from identity.service import Identity
from tests.ports import free_port

ROUNDS = 30
CALLS = 2_000
READS = 20
LIMIT_MS = 1.0
HERE = "http://127.0.0.1:1"
PASSWORD = "Try-0a1b2c3d-9Z"  # noqa: S105 - of people who live as long as this run
PREFIX = "/app/benchmark"
MINISTACK = Path(__file__).parents[1] / "bizassist" / "local" / "ministack" / "serve.py"
PYTHON = Path(__file__).parents[1] / ".venv-ministack" / "bin" / "python"

Ask = Callable[[], Awaitable[object]]


@asynccontextmanager
async def cloud() -> AsyncIterator[Parameters]:
    """MiniStack with everything provisioned; boto3 speaks to it while the block runs."""
    address = f"http://{LOOPBACK}:{(port := free_port())}"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        "AWS_ENDPOINT_URL": address,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "NO_PROXY": LOOPBACK,
        "BIND_HOST": LOOPBACK,
        "MINISTACK_HOST": LOOPBACK,
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "LOG_LEVEL": "WARNING",
    }
    os.environ.update(environment)
    with tempfile.TemporaryDirectory() as logs:
        health = f"{address}/_ministack/health"
        part = Part("MiniStack", (str(MINISTACK),), health, environment, python=str(PYTHON))
        running = await Running.start(part, Path(logs))
        try:
            await running.ready()
            passwords = {person.username: PASSWORD for person in sample_data.PEOPLE}
            known = await asyncio.to_thread(
                provision, Addresses(address, HERE, HERE, HERE), passwords, PREFIX
            )
            yield Parameters.model_validate(known)
        finally:
            await running.stop()


async def linked(identity: Identity, known: Parameters) -> Link:
    """A link of alice with a refresh token that the user pool takes."""
    granted = boto3.client("cognito-idp").admin_initiate_auth(
        UserPoolId=known.user_pool_id,
        ClientId=known.web_client_id,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "alice", "PASSWORD": PASSWORD},
    )["AuthenticationResult"]
    account = await identity.token_verifier.verify_access_token(granted["AccessToken"])
    chat_user = ChatUser("slack", "T0", "U0")
    encrypted_token = await identity.token_encryption.encrypt(granted["RefreshToken"], chat_user)
    link = new_link(
        chat_user,
        subject=account.subject,
        account="alice",
        encrypted_token=encrypted_token,
        names=Names(),
    )
    await identity.links.put(link)
    return link


async def each(ask: Ask, calls: int) -> list[float]:
    """The seconds of each of so many calls."""
    taken = []
    for _ in range(calls):
        began = time.perf_counter()
        await ask()
        taken.append(time.perf_counter() - began)
    return taken


async def measure(rounds: int) -> dict[str, list[float]]:
    """The median call of each contender, round by round."""
    async with cloud() as known:
        executor = Executor()
        try:
            settings = identity_settings(known, HERE)
            async with Identity.open(settings, boto3.Session(), executor) as identity:
                return await _rounds(identity, await linked(identity, known), rounds)
        finally:
            executor.close()


async def _rounds(identity: Identity, link: Link, rounds: int) -> dict[str, list[float]]:
    tokens = {link.chat_user.key: await identity.tokens.access_token(link)}

    async def lookup() -> str:
        return tokens[link.chat_user.key]

    contenders: dict[str, tuple[Ask, int]] = {
        "a dict in a coroutine": (lookup, CALLS),
        "the broker, cached": (lambda: identity.tokens.access_token(link), CALLS),
        "one DynamoDB read": (lambda: identity.links.active(link.chat_user), READS),
    }
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(rounds + 1):
        for name, (ask, calls) in contenders.items():
            seconds = await each(ask, calls)
            if number:  # the first round only warms up
                taken[name].append(statistics.median(seconds))
    return taken


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    taken = asyncio.run(measure(parser.parse_args().rounds))
    floor = taken["a dict in a coroutine"]
    print(f"{'a token from':<24}{'p50':>12}{'least':>12}{'x floor':>12}")
    for name, medians in taken.items():
        middle, least = statistics.median(medians) * 1e6, min(medians) * 1e6
        ratio = statistics.median(one / low for one, low in zip(medians, floor, strict=True))
        print(f"{name:<24}{middle:>9.2f} us{least:>9.2f} us{ratio:>12,.1f}")
    milliseconds = statistics.median(taken["the broker, cached"]) * 1e3
    print(f"a cached token may cost {LIMIT_MS:.0f} ms at p50; it costs {milliseconds:.4f} ms")
    return int(milliseconds > LIMIT_MS)


if __name__ == "__main__":
    sys.exit(main())
