"""A click on a button that acts for whoever clicks it, read once."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, cast

from bots.errors import MalformedRequest
from bots.platform import Accepted
from bots.slack.incoming.message_shortcut import FormQuestion
from identity.people import ChatUser

FORGET, KEEP = "forget_everything", "keep_memory"
"""The ``action_id`` of the buttons that confirm, or don't, that everything is forgotten."""
FORGET_ONE, PAUSE, RESUME = "forget_memory", "pause_memory", "resume_memory"
"""Those of the Home tab's buttons for what is remembered."""
ASK = "ask_prompt"
"""What those of the prompts begin with: their value is the question."""
ACTIONS = frozenset({FORGET, KEEP, FORGET_ONE, PAUSE, RESUME})


@dataclass(frozen=True, slots=True)
class ButtonClick:
    """One click.

    :param clicked: Slack's id of the click.
    :param value: what the button carries.
    :param response_url: takes what stands in place of the message; empty for one on the Home tab.
    """

    action: str
    clicked: str
    tenant: str
    user: str
    value: str
    response_url: str

    @property
    def on_home_tab(self) -> bool:
        """Whether it was there, and not in a message."""
        return not self.response_url

    @property
    def chat_user(self) -> ChatUser:
        """Who clicked: the button acts for them and for nobody else."""
        return ChatUser("slack", self.tenant, self.user)

    @property
    def accepted(self) -> Accepted:
        """What goes into the inbox: a prompt as a question, the rest waits behind none."""
        if self.action.startswith(ASK):
            return FormQuestion(self.clicked, self.tenant, self.user, self.value).accepted
        body: dict[str, object] = {
            "type": "block_actions",
            "actions": [{"type": "button", "action_id": self.action, "action_ts": self.clicked}],
            "user": {"id": self.user},
            "team": {"id": self.tenant},
            "click": asdict(self),
        }
        group = f"slack:{self.tenant}:{self.user}#click"
        event = f"{self.tenant}:{self.user}:{self.clicked}"
        return Accepted("slack", event, group, body, self.chat_user.key)


def read_button_click(payload: Mapping[str, object]) -> ButtonClick | None:
    """The click of a ``block_actions`` payload; None for any other interaction.

    https://docs.slack.dev/reference/interaction-payloads/block_actions-payload

    :raises MalformedRequest: when a field is missing that Slack always sends.
    """
    fields = cast("Mapping[str, Any]", payload)
    if fields.get("type") != "block_actions" or not fields.get("actions"):
        return None
    try:
        action = fields["actions"][0]
        name = str(action.get("action_id"))
        if name not in ACTIONS and not name.startswith(ASK):
            return None
        enterprise = fields.get("enterprise") or {}
        return ButtonClick(
            name,
            str(action["action_ts"]),
            str(enterprise.get("id") or fields["team"]["id"]),
            str(fields["user"]["id"]),
            str(action.get("value") or ""),
            str(fields.get("response_url") or ""),
        )
    except (LookupError, AttributeError, TypeError):
        raise MalformedRequest(sentence="A field is missing that Slack always sends.") from None


def stored_click(body: Mapping[str, object]) -> ButtonClick | None:
    """The click that :attr:`ButtonClick.accepted` has put into the inbox; None for the rest."""
    click = cast("Mapping[str, Any] | None", body.get("click"))
    return ButtonClick(**click) if click else None
