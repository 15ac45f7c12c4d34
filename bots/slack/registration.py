"""Our app's registration with Slack."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SlackApp:
    """Our app as Slack knows it.

    :param signing_secret: proves what comes over HTTP; empty where nothing does.
    :param api_url: base of Slack's Web API, ``https://slack.com/api/`` outside of tests.
    :param bot_token: of the one workspace that the service was given a token for; empty where all
        of them are installed by OAuth.
    :param client_id, client_secret: install the app by OAuth; empty where nobody does.
    :param app_token: opens connections of Socket Mode; empty where Slack calls us over HTTP.
    """

    signing_secret: str = field(repr=False)
    bot_token: str = field(repr=False)
    api_url: str
    app_token: str = field(default="", repr=False)
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
