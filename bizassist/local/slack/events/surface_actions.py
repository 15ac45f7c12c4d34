"""What a sample person does beside messages: a shortcut, a modal, the Home tab, a prompt."""

import json
from typing import Any

from bizassist.local.slack.errors import SlackError
from bizassist.local.slack.events import payloads, post_events
from bizassist.local.slack.events.delivery import Answer, Delivery
from bizassist.local.slack.events.response_urls import ResponseUrls
from bizassist.local.slack.people import person
from bizassist.local.slack.workspace import Workspace

SHORTCUT = "ask_about_message"
"""The ``callback_id`` in the app's manifest."""


class SurfaceActs:
    """Turns what a person does there into requests to the app."""

    def __init__(self, workspace: Workspace, delivery: Delivery, urls: ResponseUrls) -> None:
        self._workspace = workspace
        self._surfaces = workspace.surfaces
        self._delivery = delivery
        self._urls = urls

    async def ask_about(self, user: str, channel: str, ts: str) -> Answer:
        """Choose the shortcut in a message's menu.

        :raises SlackError: ``message_not_found``, ``user_not_found``, ``not_in_channel``.
        """
        person(user)
        seen = [one for one in self._workspace.seen_by(user, channel) if one.ts == ts]
        if not seen or seen[0].only_for:
            raise SlackError("message_not_found")  # an ephemeral message has no menu
        shortcut = payloads.message_shortcut(
            user,
            seen[0],
            SHORTCUT,
            response_url=self._urls.issue(channel, user),
            trigger=self._surfaces.trigger(user),
            channel=self._workspace.channel(channel),
        )
        return await self._delivery.click(shortcut)

    async def submit(self, user: str, typed: dict[str, str]) -> Answer:
        """Send the open modal; it closes unless the app objects.

        :param typed: by the ``block_id`` of each input.
        :raises SlackError: ``view_not_found``.
        """
        view = self._surfaces.modals.get(user)
        if view is None:
            raise SlackError("view_not_found")
        submission = payloads.submission(user, self._workspace.team, view, typed)
        answer = await self._delivery.click(submission)
        if answer.ok and not _objections(answer.body):
            del self._surfaces.modals[user]
        else:
            view["errors"] = _objections(answer.body) or {"": "We had some trouble connecting."}
        return answer

    async def open_app(self, user: str, tab: str) -> Answer:
        """Open the app: its ``home`` or its ``messages``."""
        event = post_events.home_opened_event(
            self._workspace, person(user), tab, self._surfaces.homes.get(user)
        )
        return await self._delivery.event(event)

    async def press(self, user: str, action: str, value: str = "") -> Answer:
        """Press a button of the Home tab.

        :raises SlackError: ``action_not_found``.
        """
        view = self._surfaces.homes.get(user) or {"blocks": []}
        pressed = [
            one
            for one in buttons(view)
            if one.get("action_id") == action and value in {"", one.get("value", "")}
        ]
        if not pressed:
            raise SlackError("action_not_found")
        trigger = self._surfaces.trigger(user)
        click = payloads.home_click(user, self._workspace.team, view, pressed[0], trigger)
        return await self._delivery.click(click)


def buttons(view: dict[str, Any]) -> list[dict[str, Any]]:
    """The buttons of a view, in its rows and beside its sections."""
    found: list[dict[str, Any]] = []
    for block in view["blocks"]:
        found += block.get("elements", []) if block["type"] == "actions" else []
        found += [block["accessory"]] if "accessory" in block else []
    return found


def _objections(body: str) -> dict[str, str]:
    """What a modal shows below its inputs (``response_action`` ``errors``)."""
    try:
        answer = json.loads(body) if body else {}
    except ValueError:
        return {"": "We had some trouble connecting."}
    return dict(answer.get("errors", {})) if answer.get("response_action") == "errors" else {}
