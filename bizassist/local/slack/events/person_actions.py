"""What a sample person does: send a command, post a message, press a button."""

import json
from typing import Any

from bizassist.local.slack.errors import SlackError
from bizassist.local.slack.events import payloads, post_events
from bizassist.local.slack.events.delivery import Answer, Delivery
from bizassist.local.slack.events.files import shared_file
from bizassist.local.slack.events.response_urls import ResponseUrls
from bizassist.local.slack.events.typed_text import escaped, typed
from bizassist.local.slack.people import OTHERS, SLACK, SLACKBOT, person
from bizassist.local.slack.web_api.arguments import Arguments
from bizassist.local.slack.web_api.chat import body
from bizassist.local.slack.workspace import BOT_USER, Message, Workspace

COMMAND = "/bizassist"


class Acts:
    """Turns what a person does into messages here and requests to the app."""

    def __init__(
        self, workspace: Workspace, delivery: Delivery, urls: ResponseUrls, own_url: str
    ) -> None:
        self._workspace = workspace
        self._delivery = delivery
        self._urls = urls
        self._own_url = own_url

    async def say(self, user: str, channel: str, text: str, thread: str = "") -> Answer:
        """What happens when ``user`` types ``text`` and presses return."""
        name, _, rest = text.strip().partition(" ")
        if name == COMMAND:
            return await self.command(user, channel, rest.strip())
        if name.startswith("/"):
            self._slackbot(user, channel, f"`{escaped(name)}` is not a valid command.")
            return Answer(200)
        _, answer = await self.message(user, channel, text, thread)
        return answer

    async def command(self, user: str, channel: str, text: str) -> Answer:
        """Send the slash command; what the app answers at once is shown to ``user`` alone."""
        person(user)
        self._check(user, channel)
        url = self._urls.issue(channel, user)
        place, trigger = self._workspace.channel(channel), self._workspace.surfaces.trigger(user)
        form = payloads.command(user, place, COMMAND, text, response_url=url, trigger=trigger)
        answer = await self._delivery.command(form)
        if not answer.ok:
            reason = "dispatch_failed" if answer.status else "operation_timeout"
            self._slackbot(user, channel, f"`{COMMAND}` failed with the error “{reason}”.")
        elif answer.body:
            self._show(user, channel, answer.body)
        return answer

    async def message(
        self,
        user: str,
        channel: str,
        text: str,
        thread: str = "",
        *,
        files: list[dict[str, Any]] | None = None,
        event: dict[str, Any] | None = None,
    ) -> tuple[Message, Answer]:
        """Post a message; in a channel one that mentions the assistant causes two events.

        :param user: a sample person, or one of those who are none.
        :param files: each file's ``name``, and what else shall be told of it.
        :param event: fields of the events to change.
        """
        self._check(user, channel)
        shared = [shared_file(self._workspace, one, user, self._own_url) for one in files or []]
        message = self._workspace.post(
            channel,
            user,
            typed(text),
            thread_ts=thread or None,
            files=shared,
            attachments=(event or {}).get("attachments", []),
        )
        envelopes = [post_events.message_event(self._workspace, message)]
        if not self._workspace.channel(channel).owner and f"<@{BOT_USER}>" in message.text:
            envelopes.append(post_events.mention_event(self._workspace, message))
        answers = []
        for envelope in envelopes:
            envelope["event"] |= event or {}
            envelope["is_ext_shared_channel"] |= "user_team" in (event or {})
            answers.append(await self._delivery.event(envelope))
        return message, next((answer for answer in answers if not answer.ok), answers[-1])

    async def delete(self, user: str, channel: str, ts: str) -> Answer:
        """Delete a message of one's own; in its thread nothing can be posted any more.

        :raises SlackError: ``message_not_found``, ``cant_delete_message``.
        """
        message = self._workspace.message(channel, ts)
        if message.author != user:
            raise SlackError("cant_delete_message")
        deletion = post_events.deletion_event(self._workspace, message)
        self._workspace.messages.remove(message)
        return await self._delivery.event(deletion)

    async def too_many_events(self) -> Answer:
        """So much happens here that Slack tells the app of it no more for a minute."""
        return await self._delivery.event(post_events.rate_limited_event())

    async def deactivate(self, user: str, kind: str = "user_change") -> Answer:
        """An administrator of the workspace closes an account.

        :param kind: ``user_guest_status_changed`` for a guest, whose time may also be over.
        """
        known = person(user)
        self._workspace.deactivated.add(user)
        return await self._delivery.event(
            post_events.deactivated_event(self._workspace, known, kind)
        )

    async def stop(self, user: str, channel: str, thread: str) -> Answer:
        """Press Slack's own Stop, which is there while the app says that it is at work.

        :raises SlackError: ``session_not_processing``.
        """
        self._check(user, channel)
        session = self._workspace.sessions.get((channel, thread))
        if session is None or session.status != "processing":
            raise SlackError("session_not_processing")
        streams = [
            one
            for one in self._workspace.messages
            if (one.channel, one.root) == (channel, thread) and self._workspace.is_streaming(one)
        ]
        for one in streams:
            one.streaming_since = None
        stopped = [one.ts for one in streams]
        return await self._delivery.event(
            post_events.session_stopped_event(self._workspace, user, channel, thread, stopped)
        )

    async def click(
        self, user: str, channel: str, ts: str, action: str, choice: str = ""
    ) -> Answer:
        """Press a button of a message that ``user`` sees.

        :param choice: which of the two feedback buttons: ``positive`` or ``negative``; or the value
            of a menu's item.

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
        place = self._workspace.channel(channel)
        trigger = self._workspace.surfaces.trigger(user)
        click = payloads.click(
            user, place, seen[0], pressed[0], response_url=url, trigger=trigger, choice=choice
        )
        return await self._delivery.click(click)

    def _check(self, user: str, channel: str) -> None:
        place = self._workspace.channel(channel)
        gone = user in OTHERS and OTHERS[user].deleted
        if gone or user in self._workspace.deactivated:
            raise SlackError("account_inactive")
        if user in {SLACK, SLACKBOT}:
            return  # they write everywhere
        if user not in OTHERS:
            person(user)
        if user not in place.members:
            raise SlackError("not_in_channel")
        if place.is_archived:
            raise SlackError("is_archived")

    def _show(self, user: str, channel: str, answer: str) -> None:
        try:
            given = json.loads(answer)
        except ValueError:
            given = {"text": answer}
        arguments = Arguments(given if isinstance(given, dict) else {"text": answer})
        text, blocks = body(arguments)
        public = arguments.optional("response_type") == "in_channel"
        self._workspace.post(
            channel, BOT_USER, text, blocks=blocks, only_for=None if public else user
        )

    def _slackbot(self, user: str, channel: str, text: str) -> None:
        self._workspace.post(channel, SLACKBOT, text, only_for=user)
