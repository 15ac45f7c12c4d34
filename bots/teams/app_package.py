"""The Teams app package for one deployment: a manifest and two icons, zipped to be uploaded."""

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlsplit
from uuid import UUID

from bots.teams.invokes import ASK_ABOUT
from bots.teams.outgoing.message import PROMPTS
from bots.text_commands.words import MEANINGS, WORDS

VERSION = "1.30"
"""Of the manifest's schema (npm ``@microsoft/app-manifest``; "App manifest", Teams docs)."""
EVERYWHERE = ["personal", "team", "groupChat"]
IN_GROUPS = ["team", "groupChat"]

BLUE = (0x1B, 0x46, 0xA6, 0xFF)
WHITE = (0xFF, 0xFF, 0xFF, 0xFF)
CLEAR = (0, 0, 0, 0)
COLOUR_SIDE, OUTLINE_SIDE = 192, 32
# The tail of the speech bubble, in parts of the image's side.
TAIL_TOP, TAIL_TIP, TAIL_LEFT = 0.6, 0.8, 0.32

Pixel = tuple[int, int, int, int]


def app_package(app_id: str, public_url: str, made: datetime) -> bytes:
    """What an administrator uploads in the Teams admin center, as a zip file.

    :param app_id: the Microsoft app id of the bot.
    :param made: when; a package that is made later has a higher version, as Teams wants it.
    :raises ValueError: when it is no GUID.
    """
    wanted = str(UUID(app_id))
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", json.dumps(_manifest(wanted, public_url, made), indent=2))
        archive.writestr("color.png", _png(COLOUR_SIDE, _colour))
        archive.writestr("outline.png", _png(OUTLINE_SIDE, _outline))
    return package.getvalue()


def _manifest(app_id: str, public_url: str, made: datetime) -> dict[str, object]:
    schema = f"https://developer.microsoft.com/json-schemas/teams/v{VERSION}"
    return {
        "$schema": f"{schema}/MicrosoftTeams.schema.json",
        "manifestVersion": VERSION,
        "version": _version(made),
        "id": app_id,
        "developer": {
            "name": "BizAssist",
            "websiteUrl": public_url,
            "privacyUrl": f"{public_url}/me",
            "termsOfUseUrl": f"{public_url}/chat",
        },
        "name": {"short": "BizAssist", "full": "BizAssist business assistant"},
        "description": {
            "short": "Answers business questions as the person who asks.",
            "full": (
                "Ask a business question in a chat or mention BizAssist in a channel. The first "
                "time, it sends you a private link to sign in with your company account; from "
                "then on it answers with your own rights."
            ),
        },
        "icons": {"color": "color.png", "outline": "outline.png"},
        "accentColor": "#1B46A6",
        "bots": [_bot(app_id)],
        "composeExtensions": [_message_action(app_id)],
        "copilotAgents": {"customEngineAgents": [{"id": app_id, "type": "bot"}]},
        "supportsChannelFeatures": "tier1",
        "validDomains": [urlsplit(public_url).hostname],
    }


def _version(made: datetime) -> str:
    """Year, day of the year, second of the day: three whole numbers that rise."""
    utc = made.astimezone(UTC)
    second = (utc.hour * 60 + utc.minute) * 60 + utc.second
    return f"{utc.year}.{utc.timetuple().tm_yday}.{second}"


def _bot(app_id: str) -> dict[str, object]:
    words = [{"title": word, "description": MEANINGS[word]} for word in WORDS]
    prompts = [
        {"title": prompt, "description": prompt, "type": "prompt", "prompt": prompt}
        for prompt in PROMPTS
    ]
    return {
        "botId": app_id,
        "scopes": EVERYWHERE,
        "supportsFiles": True,
        "isNotificationOnly": False,
        "supportsTargetedMessages": True,
        "commandLists": [
            {"scopes": ["personal"], "commands": [*prompts, *words]},
            {"scopes": IN_GROUPS, "triggers": ["mention", "slash"], "commands": words},
        ],
    }


def _message_action(app_id: str) -> dict[str, object]:
    command = {
        "id": ASK_ABOUT,
        "type": "action",
        "context": ["message"],
        "title": "Ask about this message",
        "description": "Ask me about what somebody has written.",
        "fetchTask": True,
    }
    return {"botId": app_id, "commands": [command]}


def _colour(x: float, y: float) -> Pixel:
    """A white speech bubble on blue."""
    return WHITE if _bubble(x, y) else BLUE


def _outline(x: float, y: float) -> Pixel:
    """The bubble's outline, white on nothing, as Teams wants it."""
    grown = (x - 0.5) * 0.72 + 0.5, (y - 0.5) * 0.72 + 0.5
    shrunk = (x - 0.5) * 0.95 + 0.5, (y - 0.5) * 0.95 + 0.5
    return WHITE if _bubble(*grown) and not _bubble(*shrunk) else CLEAR


def _bubble(x: float, y: float) -> bool:
    round_part = ((x - 0.5) / 0.3) ** 2 + ((y - 0.46) / 0.24) ** 2 <= 1
    tail = TAIL_TOP <= y <= TAIL_TIP and 0 <= x - TAIL_LEFT <= (TAIL_TIP - y) * 0.9
    return round_part or tail


def _png(side: int, pixel: Callable[[float, float], Pixel]) -> bytes:
    """A square image in the format PNG (W3C, Portable Network Graphics): 8 bits, with alpha."""
    rows = bytearray()
    for row in range(side):
        rows.append(0)  # no filter
        for column in range(side):
            rows.extend(pixel((column + 0.5) / side, (row + 0.5) / side))
    header = struct.pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(bytes(rows), 9))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)
