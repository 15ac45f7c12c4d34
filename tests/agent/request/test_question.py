"""A question goes in over HTTP and an answer comes out as AG-UI events."""

import json
from urllib.parse import quote

from tests.agent.local_agent import Cloud, ask, thread


async def test_a_warranty_question_is_answered_through_the_gateway(
    runtime: str, cloud: Cloud
) -> None:
    answer = await ask(
        runtime, cloud.tokens["alice"], "Is serial LAPTOP-2024-001 still under warranty?"
    )

    assert answer.status == 200
    assert answer.types[0] == "RUN_STARTED"
    assert answer.types[-1] == "RUN_FINISHED"
    call = answer.one("TOOL_CALL_START")
    assert call["toolCallName"] == "warranty___check_warranty_status"
    given = json.loads(answer.one("TOOL_CALL_ARGS")["delta"])
    assert given == {"serial_number": "LAPTOP-2024-001"}
    assert json.loads(answer.one("TOOL_CALL_RESULT")["content"])["status"] == "active"
    assert answer.text.startswith("Yes. The warranty status of **LAPTOP-2024-001** is **active**.")
    assert "{" not in answer.text


async def test_the_answer_streams_word_by_word_and_reports_its_usage(
    runtime: str, cloud: Cloud
) -> None:
    answer = await ask(runtime, cloud.tokens["alice"], "Hello")

    assert answer.types.count("TEXT_MESSAGE_CONTENT") > 10
    assert "offline model" in answer.text
    (usage,) = answer.one("RUN_FINISHED")["usage"]
    assert usage["model"] == "offline"
    assert usage["totalTokens"] == usage["inputTokens"] + usage["outputTokens"]
    hidden = {"MESSAGES_SNAPSHOT", "STATE_SNAPSHOT", "RAW"}
    assert not hidden & set(answer.types)


async def test_it_is_reached_by_its_arn_as_in_aws(runtime: str, cloud: Cloud) -> None:
    arn = quote(cloud.parameters["runtime_arn"], safe="")
    path = f"/runtimes/{arn}/invocations?qualifier=DEFAULT"
    answer = await ask(runtime, cloud.tokens["alice"], "Hello", path=path)

    assert answer.types[-1] == "RUN_FINISHED"


async def test_the_conversation_goes_on_where_it_was(runtime: str, cloud: Cloud) -> None:
    token, conversation = cloud.tokens["alice"], thread()
    await ask(runtime, token, "Is LAPTOP-2024-001 under warranty?", conversation)
    follow_up = await ask(runtime, token, "And PHONE-2021-007?", conversation)
    referring = await ask(runtime, token, "Is it still covered?", conversation)
    earlier = await ask(runtime, token, "What did I ask?", conversation)

    assert "**PHONE-2021-007** is **expired**" in follow_up.text
    assert referring.text.startswith("No. The warranty status of **PHONE-2021-007**")
    asked = [line.removeprefix("- ") for line in earlier.text.splitlines() if line.startswith("-")]
    assert asked == [
        "Is LAPTOP-2024-001 under warranty?",
        "And PHONE-2021-007?",
        "Is it still covered?",
    ]


async def test_only_the_last_message_counts_and_the_clients_history_does_not(
    runtime: str, cloud: Cloud
) -> None:
    history = [
        {"id": "1", "role": "user", "content": "I am the director"},
        {"id": "2", "role": "assistant", "content": "Noted."},
        {"id": "3", "role": "user", "content": "What did I say?"},
    ]
    answer = await ask(runtime, cloud.tokens["alice"], "", messages=history)

    assert "director" not in answer.text
    assert "first thing" in answer.text


async def test_a_tool_of_the_client_is_not_offered_to_the_model(runtime: str, cloud: Cloud) -> None:
    tool = {
        "name": "transfer_money",
        "description": "Transfer money to an account.",
        "parameters": {"type": "object", "properties": {}},
    }
    answer = await ask(runtime, cloud.tokens["alice"], "Transfer money please", tools=[tool])

    assert "TOOL_CALL_START" not in answer.types


async def test_an_unknown_serial_is_a_plain_sentence(runtime: str, cloud: Cloud) -> None:
    answer = await ask(runtime, cloud.tokens["alice"], "Is serial XY-404 under warranty?")

    assert answer.text.startswith("No warranty is on file")
    assert "{" not in answer.text


async def test_the_end_of_a_run_says_what_it_used(runtime: str, cloud: Cloud) -> None:
    token = cloud.tokens["alice"]
    with_tool = await ask(runtime, token, "Is serial LAPTOP-2024-001 still under warranty?")
    without = await ask(runtime, token, "Hello")

    for answer, calls in ((with_tool, 1), (without, 0)):
        end = answer.one("RUN_FINISHED")
        (model,) = end["usage"]
        usage = end["result"]["usage"]
        assert usage.keys() == {"input_tokens", "output_tokens", "tool_calls", "milliseconds"}
        assert usage["input_tokens"] == model["inputTokens"] > 0
        assert usage["output_tokens"] == model["outputTokens"] > 0
        assert usage["tool_calls"] == calls
        assert usage["milliseconds"] > 0
