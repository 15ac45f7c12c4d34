"""A channel: who is in it, and what Slack lets the app do there."""

from dataclasses import dataclass, field

from bizassist.local.slack.errors import SlackError
from bizassist.local.slack.team import NORTHWIND, Team

# The words with which Slack refuses a post, and which posts each refuses (chat.postMessage,
# https://docs.slack.dev/reference/methods/chat.postMessage, its errors).
_ANY_POST = {"restricted_action", "restricted_action_read_only_channel"}
_TOP_LEVEL = {"restricted_action_thread_only_channel"}
_REPLIES = {"restricted_action_non_threadable_channel", "restricted_action_thread_locked"}
RESTRICTIONS = _ANY_POST | _TOP_LEVEL | _REPLIES


@dataclass(slots=True)
class Channel:
    """One conversation.

    :param owner: the person whose direct messages with the app these are; empty for a channel.
    :param has_app: the app is a member.
    :param restriction: the word with which Slack refuses the app's posts; empty for none.
    """

    id: str
    name: str
    members: set[str] = field(default_factory=set)
    team: Team = NORTHWIND
    owner: str = ""
    is_private: bool = False
    is_archived: bool = False
    has_app: bool = True
    restriction: str = ""

    def check_post(self, *, reply: bool) -> None:
        """Whether the app may post.

        :raises SlackError: ``not_in_channel``, ``is_archived``, ``restricted_action…``.
        """
        self.check_member()
        if self.is_archived:
            raise SlackError("is_archived")
        refused = _ANY_POST | (_REPLIES if reply else _TOP_LEVEL)
        if self.restriction in refused:
            raise SlackError(self.restriction)

    def check_member(self) -> None:
        """Whether the app is in it; of a private channel it isn't told that there is one.

        :raises SlackError: ``not_in_channel``, ``channel_not_found``.
        """
        if not self.has_app:
            raise SlackError("channel_not_found" if self.is_private else "not_in_channel")
