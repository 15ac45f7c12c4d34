"""What a platform's package offers once it is switched on."""

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from bots.platform import Platform
from identity.people import PlatformName


@dataclass(frozen=True, slots=True)
class ConnectedPlatform:
    """A platform, and where it is called.

    :param routes: they verify what arrives and put it into the inbox.
    :param platform: reads what the inbox kept, and shows the answers.
    """

    name: PlatformName
    platform: Platform
    routes: Sequence[web.AbstractRouteDef]
