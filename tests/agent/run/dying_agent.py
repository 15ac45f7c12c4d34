"""The agent as a process of its own, killed at a moment of its work: ``PORT FOLDER MOMENT RULE``.

Its account tool acts; whether a call needs approval is the RULE. ``FOLDER/effects`` has a line for
each of its effects, ``FOLDER/models`` one for each time that the model was asked, and
``FOLDER/saves`` one for each time that the agent's state was saved.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import uvicorn
from strands import tool
from strands.types.content import Messages

from agent.app import application
from agent.memory.agentcore_memory import Conversation
from agent.run.usage import Usage
from agent.settings import Settings
from tests.agent.scripted_models import TestModel

MOMENTS = ("begun", "effect", "result", "messages", "answer")
"""Before the tool's effect, after it, after its result, after the messages, after all is saved."""
PERMIT = 'permit (principal, action == Action::"look_up_client_account", resource);'
RULES = {
    "approved": f'@approval("It acts.") {PERMIT}',
    "unapproved": PERMIT,
    "reading": f'@changes("nothing") {PERMIT}',
}


def main(port: int, folder: Path, moment: str, rule: str) -> None:
    """Serve until the moment comes: ``MOMENTS`` or ``never``."""
    policy = RULES[rule]

    def note(name: str) -> None:
        with (folder / name).open("a") as file:
            file.write("once\n")

    def die(at: str) -> None:
        if at == moment:
            os._exit(9)

    @tool
    async def look_up_client_account(client: str) -> str:
        """Look up a client's account by id, company name or e-mail."""
        die("begun")
        note("effects")
        die("effect")
        return "That account is done."

    async def asked(messages: Messages) -> None:
        note("models")
        if any("toolResult" in block for block in messages[-1]["content"]):
            die("result")

    with (
        patch("agent.authorization.rights.POLICY", policy),
        patch("agent.authorization.approval.POLICY", policy),
        patch("agent.authorization.tool_effects.POLICY", policy),
        patch("agent.run.tool_call_idempotency.POLICY", policy),
        patch("agent.run.agent_factory.client_account_tool", lambda *_: look_up_client_account),
        patch("agent.models.providers.model", lambda _: TestModel(asked)),
        patch(
            "agent.memory.agentcore_memory.Conversation._flush_agent_states_only",
            _dying_flush(folder, note, die),
        ),
        patch("agent.run.assistant.Usage.counted", _dying_count(die)),
    ):
        uvicorn.run(application(Settings.load()), host="127.0.0.1", port=port, log_level="error")


def _dying_flush(
    folder: Path, note: Callable[[str], None], die: Callable[[str], None]
) -> Callable[..., object]:
    """The run's messages are saved then, and not yet that nothing waits any more."""
    flush = Conversation._flush_agent_states_only

    def dying(self: Conversation) -> object:
        note("saves")
        models = folder / "models"
        if models.exists() and len(models.read_text().splitlines()) > 1:
            die("messages")
        return flush(self)

    return dying


def _succeeded(event: object) -> bool:
    return getattr(getattr(event, "outcome", None), "type", "success") == "success"


def _dying_count(die: Callable[[str], None]) -> Callable[..., object]:
    """Usage counts a run's last event: the answer is saved then, and not yet told."""
    counted = Usage.counted

    def dying(self: Usage, event: object) -> object:
        if getattr(event, "type", None) == "RUN_FINISHED" and _succeeded(event):
            die("answer")
        return counted(self, event)  # type: ignore[arg-type]

    return dying


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:])
