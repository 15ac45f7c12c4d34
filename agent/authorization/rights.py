"""Who may use which tool: ``rights.cedar``, judged by the verified sign-in and the audience."""

import logging
import uuid
from pathlib import Path
from typing import Any

import cedarpy
from strands.hooks.events import BeforeToolCallEvent
from strands.interventions import Deny, Proceed
from strands.vended_interventions.cedar import CedarAuthorization

from agent.errors import RightsError
from agent.request.audience import Audience, RunAudience
from agent.request.caller import Caller

logger = logging.getLogger(__name__)

POLICY = Path(__file__).with_name("rights.cedar").read_text("utf-8")


class Rights(CedarAuthorization):
    """The caller's rights; a refusal is audited and said in plain words.

    What the caller may do alone and not where others read along narrows the run to the caller.
    """

    def __init__(self, caller: Caller, audience: RunAudience) -> None:
        person = {"type": "User", "id": caller.subject}
        groups = [{"type": "Group", "id": group} for group in sorted(caller.groups)]
        members: list[dict[str, Any]] = [
            {"uid": person, "attrs": {}, "parents": groups},
            *({"uid": group, "attrs": {}, "parents": []} for group in groups),
        ]
        super().__init__(
            policies=POLICY,
            principal=person,
            entities=members,
            context_enricher=lambda _: _read_along_by(audience.now),
            on_error="deny",
        )
        self._caller, self._subject = caller, caller.subject
        self._audience = audience

    def before_tool_call(self, event: BeforeToolCallEvent, **kwargs: Any) -> Proceed | Deny:
        """Let the call pass or refuse it; the arguments stay out of the audit."""
        verdict = super().before_tool_call(event, **kwargs)
        if isinstance(verdict, Deny) and self._audience.shared:
            verdict = self._alone(event, **kwargs)
        if isinstance(verdict, Deny):
            return Deny(reason=self.refusal(event.tool_use["name"], verdict.reason))
        return verdict

    def may_see(self, kind: str, name: str) -> bool:
        """Whether the policy lets the person see a field, such as a client's e-mail address.

        A field that they may see alone only narrows the run.

        :param kind: the field's type in the policy; never a word of the person or the model.
        """
        if self._may_see(kind, name, self._audience.now):
            return True
        if not self._audience.shared or not self._may_see(kind, name, Audience.ALONE):
            return False
        self._audience.narrow()
        return True

    def refusal(self, tool: str, what: str) -> str:
        """Audit a refusal; the sentence for the person carries its id and no content."""
        audit = self._audited("refused", tool, what)
        return f"{RightsError.sentence} (Reference: {audit})"

    def withheld(self, tool: str, fields: list[str]) -> str:
        """Audit that fields of an answer were left out; a sentence that says which."""
        audit = self._audited("withheld", tool, ", ".join(fields))
        names = " and ".join(name.replace("_", " ") for name in fields)
        return f"You don't have the right to see: {names}. (Reference: {audit})"

    def _alone(self, event: BeforeToolCallEvent, **kwargs: Any) -> Proceed | Deny:
        """The verdict if nobody read along; a call that is then fine makes it so."""
        alone = Rights(self._caller, RunAudience(Audience.ALONE))
        verdict = CedarAuthorization.before_tool_call(alone, event, **kwargs)
        if isinstance(verdict, Proceed):
            self._audience.narrow()
        return verdict

    def _may_see(self, kind: str, name: str, audience: Audience) -> bool:
        request = {
            "principal": f'User::"{self._subject}"',
            "action": 'Action::"see"',
            "resource": f'{kind}::"{name}"',
            "context": {"session": _read_along_by(audience)},
        }
        return cedarpy.is_authorized(request, self._policies, self._entities).allowed

    def _audited(self, verdict: str, tool: str, what: str) -> str:
        audit = uuid.uuid4().hex[:12]
        logger.warning("audit %s: %s %s to %s: %s", audit, verdict, tool, self._subject, what)
        return audit


def _read_along_by(audience: Audience) -> dict[str, str]:
    return {"audience": audience.value}
