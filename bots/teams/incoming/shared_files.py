"""The files of a message, as Teams describes them, and which of them may be fetched at all. Pure.

"Send and receive files through a bot" (Teams platform documentation): a file of a personal chat
comes with an address of SharePoint that needs no token of ours, and must get none. Those of groups
and channels can be had by Microsoft Graph alone, for which this bot asks no rights. Of a file
there a bot sees a tag of the message's HTML at most, as of some pictures; in group chats Teams
takes even that away (openclaw#101096, BotFramework-Composer#8812).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from bots.file_bucket import MOST_FILES, READABLE
from bots.teams.incoming.fields import objects, part, word
from bots.turn.attached_files import SharedFile

DOWNLOAD = "application/vnd.microsoft.teams.file.download.info"
HOSTS = (".sharepoint.com", ".sharepoint.us", ".sharepoint-mil.us", ".sharepoint.cn")
TOO_MANY = f"there are more than {MOST_FILES} files"
ELSEWHERE = "its address is not one of SharePoint's"
PICTURE = f"I read no pictures, only {READABLE}"
IN_A_GROUP = "Teams gives me no files of groups and channels; send it to me in our own chat"
HTML = "text/html"
LONGEST_HTML = 64_000
"""Characters of HTML in which files are looked for."""
_FILE_TAG = re.compile(r"<attachment\s+id=", re.IGNORECASE)
_PICTURE_TAG = re.compile(r"<img\b[^<>]*schema\.skype\.com/AMSImage", re.IGNORECASE)


def shared_files(body: Mapping[str, object]) -> tuple[SharedFile, ...]:
    """The files of a message in their order, each with what speaks against it."""
    described = tuple(_described(body))
    return (*described, *_in_html(body, described))


def _described(body: Mapping[str, object]) -> Iterator[SharedFile]:
    for number, attachment in enumerate(objects(body, "attachments")):
        kind, name = word(attachment, "contentType"), word(attachment, "name") or "a file"
        if kind.startswith("image/"):
            yield SharedFile("", word(attachment, "name") or "the picture", "", PICTURE)
        elif kind in {"reference", "application/vnd.microsoft.teams.file.info"}:
            yield SharedFile("", name, "", IN_A_GROUP)
        elif kind == DOWNLOAD:
            content = part(attachment, "content")
            url = word(content, "downloadUrl")
            refusal = TOO_MANY if number >= MOST_FILES else _refusal(url)
            yield SharedFile(word(content, "uniqueId") or str(number), name, url, refusal)


def _in_html(body: Mapping[str, object], described: Sequence[SharedFile]) -> Iterator[SharedFile]:
    """A file and a picture that only a tag of the message tells of; how many, nobody needs."""
    attachments = objects(body, "attachments")
    parts = [word(one, "content") for one in attachments if word(one, "contentType") == HTML]
    written = "".join(parts)[:LONGEST_HTML]
    kinds = {file.refusal for file in described}
    if _FILE_TAG.search(written) and kinds <= {PICTURE}:
        yield SharedFile("", "the attached file", "", IN_A_GROUP)
    if _PICTURE_TAG.search(written) and PICTURE not in kinds:
        yield SharedFile("", "the picture", "", PICTURE)


def _refusal(url: str) -> str:
    try:
        parts = urlsplit(url)
        known = parts.scheme == "https" and (parts.hostname or "").endswith(HOSTS)
        plain = parts.port in {None, 443} and parts.username is None
    except ValueError:
        return ELSEWHERE
    return "" if known and plain else ELSEWHERE
