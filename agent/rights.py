"""Who may use which tool: ``rights.cedar``, judged before each call by the verified sign-in."""

import logging
from pathlib import Path
from typing import Any

from strands.hooks.events import BeforeToolCallEvent
from strands.interventions import Deny, Proceed
from strands.vended_interventions.cedar import CedarAuthorization

from agent.caller import Caller

logger = logging.getLogger(__name__)

POLICY = Path(__file__).with_name("rights.cedar").read_text("utf-8")
REFUSAL = "You don't have the right to see that. An administrator can look it up for you."


class Rights(CedarAuthorization):
    """The caller's rights; a refusal is audited and said in plain words."""

    def __init__(self, caller: Caller) -> None:
        person = {"type": "User", "id": caller.subject}
        groups = [{"type": "Group", "id": group} for group in sorted(caller.groups)]
        members: list[dict[str, Any]] = [
            {"uid": person, "attrs": {}, "parents": groups},
            *({"uid": group, "attrs": {}, "parents": []} for group in groups),
        ]
        super().__init__(policies=POLICY, principal=person, entities=members, on_error="deny")
        self._subject = caller.subject

    def before_tool_call(self, event: BeforeToolCallEvent, **kwargs: Any) -> Proceed | Deny:
        """Let the call pass or refuse it; the arguments stay out of the audit."""
        verdict = super().before_tool_call(event, **kwargs)
        if isinstance(verdict, Deny):
            tool = event.tool_use["name"]
            logger.warning("audit: refused tool %s to %s: %s", tool, self._subject, verdict.reason)
            return Deny(reason=REFUSAL)
        return verdict
