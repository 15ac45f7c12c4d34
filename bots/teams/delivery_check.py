"""Whether Teams takes messages of this bot: one is sent to whoever asks, and taken away again.

No message of theirs says where their chat is. So it is opened by their id in Entra ID, which Teams
takes in place of its own (msteams-docs#14079), at the address of the whole cloud ("Send proactive
messages", "Create the conversation").
"""

import aiohttp
from botocore.exceptions import BotoCoreError, ClientError

from bots.errors import InstallationRefused, PlatformError, PlatformUnavailable
from bots.teams.outgoing.bot_connector import BotConnector
from bots.teams.outgoing.bot_token import BotToken
from bots.teams.outgoing.message import plain
from bots.teams.registration import TeamsApp
from identity.admin.setup_page import Finding
from identity.links import Link, Links
from identity.people import ChatUser

SERVICE_URLS = {
    "public": "https://smba.trafficmanager.net/teams/",
    "gcc": "https://smba.infra.gcc.teams.microsoft.com/teams/",
}
"""By the cloud of Microsoft's in which the tenant is."""
SENT = "This is a message of the doctor's, to see whether Teams takes it. It goes away by itself."
NOT_LINKED = "no message was sent, since no account of Teams is linked to whoever signed in"
UNKNOWN = "no message was sent, since links can't be read from here"
WORKS = "a message was sent to you and taken away again"
STAYS = (
    "a message was sent to you, but it couldn't be taken away again ({error}): delete it yourself"
)


class DeliveryCheck:
    """Sends nothing to anybody but the person who asks.

    :param service_url: one of :data:`SERVICE_URLS`.
    """

    def __init__(self, app: TeamsApp, links: Links, service_url: str) -> None:
        self._app = app
        self._links = links
        self._service_url = service_url

    async def ask(self, subject: str) -> Finding:
        """What became of the message; *working* too where there is nobody to send it to."""
        try:
            linked = [link for link in await self._links.by_subject(subject) if _in_teams(link)]
        except (BotoCoreError, ClientError):
            return Finding("working", UNKNOWN)
        if not linked:
            return Finding("working", NOT_LINKED)
        try:
            return Finding("working", await self._send_and_delete(linked[-1].chat_user))
        except InstallationRefused as error:
            look = "look at the bot's id, secret and tenant in Azure, and at its Teams channel"
            return Finding("broken", f"Teams refuses the bot ({error}): {look}.")
        except PlatformUnavailable as error:
            return Finding("broken", f"Teams takes no message now ({error}): ask again later.")
        except PlatformError as error:
            look = "add the app in Teams, and look whether the Teams admin center allows it"
            return Finding("broken", f"Teams takes no message for you ({error}): {look}.")

    async def _send_and_delete(self, person: ChatUser) -> str:
        """What is told of a message that was taken."""
        async with aiohttp.ClientSession(trust_env=True) as http:
            connector = BotConnector(http, BotToken(self._app), self._service_url)
            chat = await connector.open(
                {
                    "isGroup": False,
                    "bot": {"id": f"28:{self._app.app_id}"},
                    "members": [{"id": person.user}],
                    "tenantId": person.tenant,
                    "channelData": {"tenant": {"id": person.tenant}},
                }
            )
            message = await connector.post(chat, plain(SENT))
            try:
                await connector.delete(chat, message)
            except PlatformError as error:
                return STAYS.format(error=error)
            return WORKS


def _in_teams(link: Link) -> bool:
    return link.chat_user.platform == "teams" and link.state == "active"
