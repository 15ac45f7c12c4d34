"""The Gateway's token is fetched by the first session that needs one, and used by the others."""

import time
from types import SimpleNamespace
from typing import Any

import boto3
import httpx
import pytest
from botocore.exceptions import ClientError

from agent.tools.machine_token import MachineToken, SharedToken
from tests.agent.local_agent import PREFIX, Cloud, claims

NAME = f"{PREFIX}/shared/gateway_token"


async def signed(token: MachineToken, status: int = 200) -> list[str]:
    """The tokens that one request is sent with, whose first answer has this status."""
    request, sent = httpx.Request("POST", "https://gateway.example/mcp"), list[str]()
    flow = token.async_auth_flow(request)
    asked = await anext(flow)
    try:
        while True:
            sent.append(asked.headers["Authorization"].removeprefix("Bearer "))
            asked = await flow.asend(httpx.Response(status if len(sent) == 1 else 200))
    except StopAsyncIteration:
        if token.sharing is not None:
            await token.sharing
        return sent


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    times, original = list[float](), MachineToken._fetch

    async def counted(self: MachineToken) -> None:
        times.append(time.time())
        await original(self)

    monkeypatch.setattr(MachineToken, "_fetch", counted)
    return times


async def test_sessions_share_one_token(cloud: Cloud, fetched: list[float]) -> None:
    SharedToken("").write("nothing that is a token")
    sessions = [MachineToken(cloud.settings()) for _ in range(3)]
    tokens = [token for session in sessions for token in await signed(session)]

    assert len(fetched) == 1
    assert len(set(tokens)) == 1
    assert claims(tokens[0])["client_id"] == cloud.parameters["m2m_client_id"]
    stored = boto3.client("ssm").get_parameter(Name=NAME)["Parameter"]
    assert stored["Type"] == "SecureString"


async def test_a_shared_token_that_is_refused_or_old_is_replaced_for_all(
    cloud: Cloud, fetched: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = MachineToken(cloud.settings()), MachineToken(cloud.settings())
    await signed(first)
    fetched.clear()
    refused = await signed(first, 401)
    assert (len(refused), len(fetched)) == (2, 1)
    assert await signed(second) == [SharedToken("").read()]
    assert len(fetched) == 1

    later = time.time() + 24 * 60 * 60
    monkeypatch.setattr("agent.tools.machine_token.time.time", lambda: later)
    await signed(second)
    assert len(fetched) == 2


async def test_a_session_that_may_not_share_has_a_token_all_the_same(
    cloud: Cloud, fetched: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(**_: object) -> Any:
        raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "GetParameter")

    refusing = SimpleNamespace(get_parameter=refused, put_parameter=refused)
    monkeypatch.setattr(SharedToken, "_client", staticmethod(lambda: refusing))
    session = MachineToken(cloud.settings())
    (token,) = await signed(session)

    assert claims(token)["client_id"] == cloud.parameters["m2m_client_id"]
    assert len(fetched) == 1
