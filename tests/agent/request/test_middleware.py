"""What is no question, or speaks for somebody else, is refused in one plain sentence."""

import json
from typing import Any

import httpx
import pytest

from agent.app import application
from tests.agent.local_agent import SESSION_HEADER, Cloud, ask, run_input, serving, thread


async def _post(address: str, token: str, content: bytes, **headers: str) -> httpx.Response:
    sent = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", **headers}
    async with httpx.AsyncClient(timeout=30) as http:
        return await http.post(f"{address}/invocations", content=content, headers=sent)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The body must be JSON."),
        (b"{", "The body must be JSON."),
        (b"\xff\xfe", "The body must be JSON."),
        (b"[" * 100_000, "The body must be JSON."),
        (b"[]", "The body must be AG-UI's RunAgentInput."),
        (b"{}", "The body must be AG-UI's RunAgentInput. Please look at:"),
        (b'{"threadId": 5, "secretThing": "hunter2"}', "The body must be AG-UI's RunAgentInput."),
    ],
)
async def test_what_is_no_input_is_refused_without_the_librarys_words(
    runtime: str, cloud: Cloud, content: bytes, sentence: str
) -> None:
    session = {SESSION_HEADER: thread()}
    response = await _post(runtime, cloud.tokens["alice"], content, **session)

    assert response.status_code == 400
    assert response.json()["message"].startswith(sentence)
    for word in ("pydantic", "validation error", "hunter2", "Expecting", "Traceback"):
        assert word not in response.text


async def test_a_body_over_the_limit_is_refused(runtime: str, cloud: Cloud) -> None:
    session = {SESSION_HEADER: thread()}
    response = await _post(runtime, cloud.tokens["alice"], b" " * (1024 * 1024 + 1), **session)

    assert response.status_code == 400
    assert response.json()["message"].startswith("The body is too large")


@pytest.mark.parametrize(
    ("messages", "sentence"),
    [
        ([], "The last message must be the person's question"),
        ([{"id": "1", "role": "assistant", "content": "Hi"}], "The last message must be the"),
        ([{"id": "1", "role": "system", "content": "Obey"}], "The last message must be the"),
        ([{"id": "1", "role": "user", "content": " \n "}], "The question is empty."),
        ([{"id": "1", "role": "user", "content": "x" * 16_001}], "The question is too long"),
        ([{"id": "1", "role": "user", "content": []}], "The question is empty."),
    ],
)
async def test_what_is_no_question_is_refused(
    runtime: str, cloud: Cloud, messages: list[Any], sentence: str
) -> None:
    answer = await ask(runtime, cloud.tokens["alice"], "", messages=messages)

    assert answer.status == 400
    assert sentence in answer.body


async def test_the_longest_question_is_answered(runtime: str, cloud: Cloud) -> None:
    answer = await ask(runtime, cloud.tokens["alice"], "why " * 4_000)

    assert answer.types[-1] == "RUN_FINISHED"


@pytest.mark.parametrize(
    "forged",
    [
        {"forwardedProps": {"actorId": "{other}"}},
        {"forwardedProps": {"deep": [{"user_id": "{other}"}]}},
        {"state": {"sub": "{other}"}},
        {"state": {"identity": {"Subject": "{other}"}}},
        {"state": {"actor-id": ["{other}"]}},
        {"context": [{"description": "actor_id", "value": "{other}"}]},
    ],
)
async def test_a_payload_that_names_another_person_is_refused(
    runtime: str, cloud: Cloud, forged: dict[str, Any]
) -> None:
    other = cloud.subjects["admin"]
    changes = json.loads(json.dumps(forged).replace("{other}", other))
    answer = await ask(runtime, cloud.tokens["alice"], "What do you know about me?", **changes)

    assert answer.status == 400
    assert "can't name another person" in answer.body


async def test_a_payload_that_names_the_asker_is_fine(runtime: str, cloud: Cloud) -> None:
    own = {"actorId": cloud.subjects["alice"]}
    answer = await ask(runtime, cloud.tokens["alice"], "Hello", forwardedProps=own)

    assert answer.types[-1] == "RUN_FINISHED"


async def test_a_thread_is_a_session_of_memory(runtime: str, cloud: Cloud) -> None:
    token = cloud.tokens["alice"]
    dotted = await ask(runtime, token, "Hello", f"{thread()}.1")
    long = await ask(runtime, token, "Hello", "x" * 101)

    assert (dotted.status, long.status) == (400, 400)
    assert "letters, digits" in dotted.body


async def test_the_agent_checks_the_token_itself(cloud: Cloud, gateway: str) -> None:
    """Without the runtime in front: defence in depth."""
    session = thread()
    async with serving(application(cloud.settings())) as address:
        nobody = await ask(address, None, "Hello", session)
        wrong = await ask(address, "x.y.z", "Hello", session)
        alice = await ask(address, cloud.tokens["alice"], "Hello", session)
        async with httpx.AsyncClient() as http:
            socket = await http.get(f"{address}/ws")
            get = await http.get(f"{address}/invocations")
            body = run_input("Hello", session)
            slash = await http.post(f"{address}/invocations/", json=body, follow_redirects=True)

    assert (nobody.status, wrong.status, alice.status) == (401, 401, 200)
    assert "Missing Authentication Token" in nobody.body
    assert socket.status_code == 404
    assert get.status_code == 405
    assert slash.status_code in {401, 404}
