"""The files of a message, as Teams describes them, and which of them may be fetched at all. Pure.

"Send and receive files through a bot" (Teams platform documentation): a file of a personal chat
comes with an address of SharePoint that needs no token of ours, and must get none; those of groups
and channels don't come at all, only their names.
"""

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from bots.file_bucket import MOST_FILES, READABLE
from bots.teams.incoming.fields import objects, part, word
from bots.turn.attached_files import SharedFile

DOWNLOAD = "application/vnd.microsoft.teams.file.download.info"
HOSTS = (".sharepoint.com", ".sharepoint.us", ".sharepoint-mil.us", ".sharepoint.cn")
TOO_MANY = f"there are more than {MOST_FILES} files"
ELSEWHERE = "its address is not one of SharePoint's"
PICTURE = f"it is a picture: I read {READABLE}"
IN_A_GROUP = "Teams gives me no files of groups and channels; send it to me in our own chat"


def shared_files(body: Mapping[str, object]) -> tuple[SharedFile, ...]:
    """The files of a message in their order, each with what speaks against it."""
    return tuple(_files(body))


def _files(body: Mapping[str, object]) -> Iterator[SharedFile]:
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


def _refusal(url: str) -> str:
    try:
        parts = urlsplit(url)
        known = parts.scheme == "https" and (parts.hostname or "").endswith(HOSTS)
        plain = parts.port in {None, 443} and parts.username is None
    except ValueError:
        return ELSEWHERE
    return "" if known and plain else ELSEWHERE
