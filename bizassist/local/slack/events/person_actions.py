"""What a sample person does: send a command, post a message, press a button."""

import json
from typing import Any

from bizassist.local.slack.errors import SlackError
from bizassist.local.slack.events import payloads
from bizassist.local.slack.events.delivery import Answer, Delivery
from bizassist.local.slack.events.response_urls import ResponseUrls
from bizassist.local.slack.web_api.arguments import Arguments
from bizassist.local.slack.web_api.chat import MAX_TEXT, body
from bizassist.local.slack.workspace import (
    BOT_USER,
    GENERAL,
    SLACKBOT,
    Message,
    Workspace,
    person,
)

COMMAND = "/bizassist"


class Acts:
    """Turns what a person does into messages here and requests to the app."""

    def __init__(self, workspace: Workspace, delivery: Delivery, urls: ResponseUrls) -> None:
        self._workspace = workspace
        self._delivery = delivery
        self._urls = urls

    async def say(self, user: str, channel: str, text: str, thread: str = "") -> Answer:
        """What happens when ``user`` types ``text`` and presses return."""
        name, _, rest = text.strip().partition(" ")
        if name == COMMAND:
            return await self.command(user, channel, rest.strip())
        if name.startswith("/"):
            self._slackbot(user, channel, f"`{payloads.escaped(name)}` is not a valid command.")
            return Answer(200)
        _, answer = await self.message(user, channel, text, thread)
        return answer

    async def command(self, user: str, channel: str, text: str) -> Answer:
        """Send the slash command; what the app answers at once is shown to ``user`` alone."""
        self._check(user, channel)
        url = self._urls.issue(channel, user)
        answer = await self._delivery.command(payloads.command(user, channel, COMMAND, text, url))
        if not answer.ok:
            reason = "dispatch_failed" if answer.status else "operation_timeout"
            self._slackbot(user, channel, f"`{COMMAND}` failed with the error “{reason}”.")
        elif answer.body:
            self._show(user, channel, answer.body)
        return answer

    async def message(
        self, user: str, channel: str, text: str, thread: str = "", **event: Any
    ) -> tuple[Message, Answer]:
        """Post a message; in a channel one that mentions the assistant causes two events.

        :param event: fields of the event to change, as for a person of another company.
        """
        self._check(user, channel)
        message = self._workspace.post(
            channel, user, payloads.typed(text), thread_ts=thread or None
        )
        envelopes = [payloads.message_event(message)]
        if channel == GENERAL and f"<@{BOT_USER}>" in message.text:
            envelopes.append(payloads.mention_event(message))
        answers = []
        for envelope in envelopes:
            envelope["is_ext_shared_channel"] = bool(event)
            envelope["event"] |= event
            answers.append(await self._delivery.event(envelope))
        return message, next((answer for answer in answers if not answer.ok), answers[-1])

    async def click(self, user: str, channel: str, ts: str, action: str) -> Answer:
        """Press a button of a message that ``user`` sees.

        :raises SlackError: ``message_not_found``, ``action_not_found``.
        """
        seen = [one for one in self._workspace.seen_by(user, channel) if one.ts == ts]
        if not seen:
            raise SlackError("message_not_found")
        elements = [e for block in seen[0].blocks for e in block.get("elements", [])]
        pressed = [e for e in elements if e.get("action_id") == action]
        if not pressed:
            raise SlackError("action_not_found")
        url = self._urls.issue(channel, user, source=seen[0])
        return await self._delivery.click(payloads.click(user, seen[0], pressed[0], url))

    def _check(self, user: str, channel: str) -> None:
        person(user)
        if user not in self._workspace.members(channel):
            raise SlackError("not_in_channel")

    def _show(self, user: str, channel: str, answer: str) -> None:
        try:
            given = json.loads(answer)
        except ValueError:
            given = {"text": answer}
        arguments = Arguments(given if isinstance(given, dict) else {"text": answer})
        text, blocks = body(arguments, MAX_TEXT)
        public = arguments.optional("response_type") == "in_channel"
        self._workspace.post(
            channel, BOT_USER, text, blocks=blocks, only_for=None if public else user
        )

    def _slackbot(self, user: str, channel: str, text: str) -> None:
        self._workspace.post(channel, SLACKBOT, text, only_for=user)
