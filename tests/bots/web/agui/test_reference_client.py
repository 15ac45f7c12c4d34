"""AG-UI's own client holds a conversation with the service, as the person of its token."""

import asyncio
import json
import time
from typing import Any

import boto3
import httpx

from tests.clients.node import NODE, node_file
from tests.conftest import ROOT, Stack
from tests.person import signed_in
from tests.some import some

SCRIPT = ROOT / "tests" / "clients" / "agui_conversation.mjs"
ONE = "Is serial LAPTOP-2024-001 still under warranty?"
ASKS = "Find serial numbers of the devices of the customer alice@example.com"
FOUND = "ProBook 14 laptop"


def token_of(stack: Stack, aws: boto3.Session, person: str) -> str:
    """An access token, as an application has it whose person has signed in."""
    known = stack.parameters
    granted = aws.client("cognito-idp").admin_initiate_auth(
        UserPoolId=known["user_pool_id"],
        ClientId=known["web_client_id"],
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": person, "PASSWORD": stack.password(person)},
    )
    return str(granted["AuthenticationResult"]["AccessToken"])


async def conversation(**asked: object) -> dict[str, Any]:
    """What AG-UI's client has heard in the end."""
    await asyncio.to_thread(node_file, "@ag-ui/client/package.json")  # installs what is locked
    process = await asyncio.create_subprocess_exec(
        str(NODE), str(SCRIPT), stdin=-1, stdout=-1, stderr=-1, cwd=SCRIPT.parent
    )
    async with asyncio.timeout(120):
        out, wrong = await process.communicate(json.dumps(asked).encode())
    assert process.returncode == 0, wrong.decode()
    told: dict[str, Any] = json.loads(out)
    return told


async def test_its_client_asks_hears_approves_and_finds_it_in_the_web_chat(
    stack: Stack, aws: boto3.Session
) -> None:
    async with signed_in(stack, "admin") as admin:
        thread = f"from-elsewhere-{time.time_ns()}"
        token = await asyncio.to_thread(token_of, stack, aws, "admin")
        address = f"{stack.chat}/agui"
        told = await conversation(
            url=address, token=token, threadId=thread, questions=[ONE, ASKS], approve=True
        )

        assert told["errors"] == []
        assert told["events"].count("RUN_STARTED") == told["events"].count("RUN_FINISHED") == 3
        assert "TOOL_CALL_RESULT" in told["events"]
        (waiting,) = told["interrupts"]
        assert "alice@example.com" in json.dumps(waiting)
        said = [str(one.get("content")) for one in told["messages"] if one["role"] == "assistant"]
        assert any("active" in text for text in some(said))
        assert any(FOUND in text for text in some(said))

        resume = [
            {"interruptId": waiting["id"], "status": "resolved", "payload": {"approved": True}}
        ]
        body = {"threadId": thread, "runId": "late", "messages": [], "resume": resume}
        async with httpx.AsyncClient() as http:
            late = await http.post(address, json=body, headers={"Authorization": f"Bearer {token}"})
        assert (late.status_code, late.text) == (
            400,
            "Nothing of this thread waits for that decision any more.",
        )

        page = await admin.open(f"{stack.chat}/chat")
        assert ONE in page.text  # the conversation is listed by its first question


async def test_nobody_calls_without_a_token_of_the_pool(stack: Stack) -> None:
    asked = {"threadId": "t", "runId": "r", "messages": []}
    async with httpx.AsyncClient() as http:
        for headers in some([{}, {"Authorization": "Basic x"}, {"Authorization": "Bearer a.b.c"}]):
            refused = await http.post(f"{stack.chat}/agui", json=asked, headers=headers)
            assert refused.status_code == 401
            assert refused.text.startswith("Please sign in")
