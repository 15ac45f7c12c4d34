"""Every class that stands behind a Protocol has its methods, parameters and attributes."""

from collections.abc import AsyncIterator
from pkgutil import resolve_name
from typing import Any, ClassVar, Protocol

import pytest

from tests.architecture.protocols import Class, differences, look_alikes, protocols
from tests.some import some

IMPLEMENTATIONS = {
    "agent.tools.policies.embedders.embedder.Embedder": {
        "agent.tools.policies.embedders.local_model.LocalModel",
    },
    "agent.tools.policies.storage.DocumentStorage": {
        "agent.tools.policies.storage.Bucket",
        "agent.tools.policies.storage.Folder",
    },
    "bots.answer.answer_messages.MessageChannel": {
        "bots.slack.outgoing.answer.answer_channel.SlackChannel",
        "bots.teams.outgoing.answer.streamed_conversation.StreamedConversation",
        "bots.teams.outgoing.conversation.TeamsConversation",
    },
    "bots.personal_data.owner.Owner": {
        "bots.personal_data.owner.PersonOwner",
        "bots.personal_data.owner.WorkspaceOwner",
    },
    "bots.platform.Lease": {
        "bots.queue.heartbeat.DeliveryLease",
        "bots.slack.outgoing.private_reply.PrivateReceipt",
        "bots.turn.ledger.Entry",
        "bots.turn.ledger.PrivatePart",
    },
    "bots.platform.Platform": {
        "bots.slack.installed_platforms.InstalledPlatforms",
        "bots.slack.platform.SlackPlatform",
        "bots.teams.platform.TeamsPlatform",
        "bots.web.platform.WebPlatform",
    },
    "bots.platform.Receipt": {
        "bots.slack.outgoing.private_reply.PrivateReceipt",
        "bots.turn.ledger.Entry",
        "bots.turn.ledger.PrivatePart",
    },
    "bots.platform.ReplyStream": {
        "bots.answer.posted_answer.PostedAnswer",
        "bots.slack.outgoing.private_reply.PrivateReply",
        "bots.teams.outgoing.answer.replies.DressedAnswer",
        "bots.teams.outgoing.answer.replies.StreamedAnswer",
        "bots.turn.private_part.NarrowingReply",
        "bots.web.platform.WebReply",
    },
    "bots.queue.retry_policy.Retries": {
        "bots.queue.retry_policy.DeadLetterRetries",
        "bots.queue.retry_policy.InboxRetries",
    },
    "bots.slack.installations.install_pages.Administers": {
        "identity.admin.administrators.Administrators",
    },
    "bots.turn.dispatcher.Handler": {
        "bots.paused_workspaces.holding_handler.HoldingHandler",
        "bots.turn.handler.TurnHandler",
    },
    "gateway_tools.search.provider_interface.Provider": {
        "gateway_tools.search.providers.agentcore.AgentCore",
        "gateway_tools.search.providers.brave.Brave",
        "gateway_tools.search.providers.duckduckgo.DuckDuckGo",
        "gateway_tools.search.providers.searxng.SearXNG",
        "gateway_tools.search.providers.tavily.Tavily",
    },
    "identity.oidc.unfinished_sign_ins._InProgress": {
        "identity.oidc.unfinished_sign_ins.FlowState",
        "identity.oidc.unfinished_sign_ins.PendingLink",
    },
}


def full_name(found: Class) -> str:
    return f"{found.__module__}.{found.__qualname__}"


def test_every_protocol_is_listed_with_its_implementations() -> None:
    found = {
        full_name(protocol): {full_name(one) for one in look_alikes(protocol)}
        for protocol in protocols()
    }
    assert found == IMPLEMENTATIONS
    assert all(some(found.values()))


@pytest.mark.parametrize(
    ("protocol", "implementation"),
    [(name, one) for name, listed in IMPLEMENTATIONS.items() for one in sorted(listed)],
)
def test_an_implementation_keeps_to_its_protocol(protocol: str, implementation: str) -> None:
    assert differences(resolve_name(protocol), resolve_name(implementation)) == []


class Asked(Protocol):
    limit: ClassVar[int]

    @property
    def name(self) -> str: ...

    async def read(self, key: str, *, most: int = 1) -> bytes: ...

    def rows(self) -> AsyncIterator[int]: ...


class Good:
    limit: ClassVar = 3
    name: str

    async def read(self, key: str, *, most: int = 5, wait: bool = False) -> bytes:
        return b""

    async def rows(self) -> AsyncIterator[int]:
        yield 1


def changed(**other: Any) -> Class:
    return type("Changed", (Good,), other)


async def renamed(self: object, name: str, *, most: int = 5) -> bytes:
    return b""


async def by_place(self: object, key: str, most: int = 5) -> bytes:
    return b""


async def without_default(self: object, key: str, *, most: int) -> bytes:
    return b""


async def needs_more(self: object, key: str, *, most: int = 5, wait: bool) -> bytes:
    return b""


async def takes_less(self: object, key: str) -> bytes:
    return b""


def blocking(self: object, key: str, *, most: int = 5) -> bytes:
    return b""


def test_a_good_one_differs_in_nothing() -> None:
    assert differences(Asked, Good) == []


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (renamed, "takes name"),
        (by_place, "(positional or keyword) for most"),
        (without_default, "takes no call without most"),
        (needs_more, "needs wait besides"),
        (takes_less, "takes no most"),
        (blocking, "is not async"),
        (b"", "is no method"),
    ],
)
def test_a_method_that_differs_is_found(given: object, problem: str) -> None:
    (line,) = differences(Asked, changed(read=given))
    assert line.startswith("read: ")
    assert problem in line


def test_what_is_missing_or_no_attribute_is_found() -> None:
    assert len(differences(Asked, object)) == 4
    assert "name: is a method instead of an attribute" in differences(Asked, changed(name=blocking))
