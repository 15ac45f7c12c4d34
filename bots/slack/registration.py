"""Our app's registration with Slack."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SlackApp:
    """Our app as Slack knows it.

    :param api_url: base of Slack's Web API, ``https://slack.com/api/`` outside of tests.
    """

    signing_secret: str = field(repr=False)
    bot_token: str = field(repr=False)
    api_url: str
