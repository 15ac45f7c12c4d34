"""What a test does with Slack and with the service behind it."""

import time
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp

from bizassist.local.slack.clock import Clock
from bots.errors import InboxUnavailable
from bots.platform import Accepted, Answer
from bots.slack.platform import SlackPlatform
from bots.turn.decision_and_stop import Decided, Decision
from identity.people import ChatUser
from tests.bots.receipt import MemoryReceipt
from tests.bots.slack.service_parts import Parts

SECRET = "signing-secret-of-the-tests"
TOKEN = "xoxb-of-the-tests"
ALICE, ADMIN, GENERAL = "U0ALICE0000", "U0ADMIN0000", "C0GENERAL00"
ALICE_DM, PARTNERS = "D0ALICE0000", "C0PARTNERS0"


@dataclass
class SlackClient:
    """Everything a test does with Slack."""

    http: aiohttp.ClientSession
    double_url: str
    service_url: str
    platform: SlackPlatform
    parts: Parts
    inbox: list[Accepted]
    receipts: dict[str, MemoryReceipt] = field(default_factory=dict)
    inbox_is_down: bool = False
    decisions: list[tuple[str, ChatUser, Decision]] = field(default_factory=list)
    stands: Decided | None = None
    clock: Clock = field(default_factory=Clock)

    async def accept(self, accepted: Accepted) -> None:
        if self.inbox_is_down:
            raise InboxUnavailable("down")
        self.inbox.append(replace(accepted, sent_at=time.time()))  # as the queue tells it

    async def decide(self, turn: str, chat_user: ChatUser, decision: Decision) -> Decided | None:
        self.decisions.append((turn, chat_user, decision))
        return self.stands

    async def is_answered(self, conversation: str, chat_user: ChatUser) -> bool:
        return (await self.parts.notes.read(conversation, chat_user)).answered

    def receipt(self, turn: str) -> MemoryReceipt:
        """The receipt of one more attempt at a turn."""
        receipt = self.receipts.setdefault(turn, MemoryReceipt(attempts=0))
        receipt.attempts += 1
        return receipt

    async def command(self, text: str, user: str = ALICE, channel: str = GENERAL) -> int:
        return await self._act("command", user=user, channel=channel, text=text)

    async def message(
        self, text: str, user: str = ALICE, channel: str = ALICE_DM, **more: object
    ) -> int:
        return await self._act("message", user=user, channel=channel, text=text, **more)

    async def click(self, user: str, channel: str, ts: str, action: str, choice: str = "") -> int:
        given = {"user": user, "channel": channel, "ts": ts, "action": action, "choice": choice}
        return await self._act("click", **given)

    async def stop(self, user: str, channel: str, thread: str) -> int:
        """Press Slack's own Stop."""
        return await self._act("stop", user=user, channel=channel, thread=thread)

    async def deactivate(self, user: str, kind: str = "user_change") -> int:
        """Close an account, as an administrator of the workspace does."""
        return await self._act("deactivate", user=user, kind=kind)

    async def modal(self, user: str) -> dict[str, Any]:
        """The modal that somebody sees; empty when there is none."""
        async with self.http.get(f"{self.double_url}/double/surfaces?user={user}") as answer:
            return dict((await answer.json())["modal"] or {})

    async def fill_in(self, user: str, **values: str) -> int:
        """Fill in the modal, and send it."""
        return await self._act("submit", user=user, typed=values)

    async def surfaces(self, user: str = ALICE) -> dict[str, Any]:
        """The modal, the Home tab and the prompts that somebody sees."""
        query = {"user": user}
        async with self.http.get(f"{self.double_url}/double/surfaces", params=query) as answer:
            return dict(await answer.json())

    async def ask_about(self, ts: str, channel: str = GENERAL, user: str = ALICE) -> None:
        await self._act("shortcut", user=user, channel=channel, ts=ts)

    async def submit(self, question: str, user: str = ALICE) -> None:
        await self._act("submit", user=user, typed={"question": question})

    async def open_app(self, tab: str, user: str = ALICE) -> None:
        await self._act("open", user=user, tab=tab)

    async def press(self, action: str, value: str = "", user: str = ALICE) -> None:
        await self._act("press", user=user, action=action, value=value)

    async def fault(self, **fault: object) -> None:
        async with self.http.post(f"{self.double_url}/double/fault", json=fault) as answer:
            assert answer.status == 200, await answer.text()

    async def set(self, what: str, **given: object) -> None:
        async with self.http.post(f"{self.double_url}/double/{what}", json=given) as answer:
            assert answer.status == 200, await answer.text()

    async def expire_responses(self) -> None:
        async with self.http.post(f"{self.double_url}/double/expire-responses") as answer:
            assert answer.status == 200

    async def sees(self, user: str, channel: str) -> list[dict[str, Any]]:
        query = {"user": user, "channel": channel}
        async with self.http.get(f"{self.double_url}/double/view", params=query) as answer:
            assert answer.status == 200, await answer.text()
            return list((await answer.json())["messages"])

    async def from_us(self, user: str, channel: str) -> list[dict[str, Any]]:
        return [m for m in await self.sees(user, channel) if m["author"] == "U0BIZASSIST"]

    async def no_streams(self) -> None:
        """Let this be a place where nothing can be streamed."""
        await self.fault(method="chat.startStream", error="channel_type_not_supported", times=1000)

    async def pass_time(self, seconds: float) -> None:
        """Let time pass for Slack and for the platform."""
        await self.set("advance", seconds=seconds)
        self.clock.advance(seconds)

    async def call(self, method: str, **given: object) -> dict[str, Any]:
        """Call the Web API as the app; of a session it says that it is at work."""
        headers = {"Authorization": f"Bearer {TOKEN}"}
        url, body = f"{self.double_url}/api/{method}", {"status": "processing", **given}
        async with self.http.post(url, json=body, headers=headers) as answer:
            return dict(await answer.json())

    async def stored(self, channel: str) -> list[dict[str, Any]]:
        """Our messages in a channel with their blocks."""
        async with self.http.get(f"{self.double_url}/double/stored?channel={channel}") as answer:
            return list((await answer.json())["messages"])

    async def session(self, channel: str) -> dict[str, Any]:
        """The agent session of the channel's newest thread; empty where there is none."""
        async with self.http.get(f"{self.double_url}/double/sessions") as answer:
            sessions = [one for one in await answer.json() if one.pop("channel") == channel]
        return dict(sessions[-1]) if sessions else {}

    async def calls(self, method: str) -> list[dict[str, Any]]:
        async with self.http.get(f"{self.double_url}/double/calls") as answer:
            made = (await answer.json())["calls"]
        return [call for call in made if call["method"] == method]

    async def work(self, answer: Answer) -> None:
        """Deliver what is in the inbox; what fails stays there, as in the queue."""
        while self.inbox:
            await self.platform.dispatch(self.inbox[0], answer)
            del self.inbox[0]

    async def _act(self, what: str, **given: object) -> int:
        async with self.http.post(f"{self.double_url}/double/{what}", json=given) as answer:
            assert answer.status == 200, await answer.text()
            return int((await answer.json())["status"])
