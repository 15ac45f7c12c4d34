"""The files of a message, as Slack describes them, and which of them may be fetched at all.

https://docs.slack.dev/reference/objects/file-object
"""

from collections.abc import Iterator, Mapping

from bots.file_bucket import MOST_BYTES, MOST_FILES
from bots.turn.attached_files import TOO_LARGE, TOO_LARGE_TOGETHER, SharedFile

TOO_MANY = f"there are more than {MOST_FILES} files"
ELSEWHERE = "it is not kept in Slack"
NOT_VISIBLE = "Slack doesn't show it to me"


def shared_files(message: Mapping[str, object]) -> tuple[SharedFile, ...]:
    """The files of a message in their order, each with what speaks against it."""
    return tuple(_files(message.get("files")))


def _files(listed: object) -> Iterator[SharedFile]:
    left = MOST_BYTES
    for number, file in enumerate(listed if isinstance(listed, list) else ()):
        if not isinstance(file, Mapping):
            continue
        size = file.get("size")
        size = size if isinstance(size, int) else 0
        refusal = _refusal(file, number, size, left)
        left -= 0 if refusal else size
        yield SharedFile(
            _text(file, "id"),
            _text(file, "name") or _text(file, "title") or "a file",
            _text(file, "url_private_download") or _text(file, "url_private"),
            refusal,
        )


def _refusal(file: Mapping[str, object], number: int, size: int, left: int) -> str:
    if file.get("is_external") or file.get("mode") == "external":
        return ELSEWHERE
    visible = file.get("file_access") in {None, "visible"}
    if not visible or file.get("mode") in {"tombstone", "hidden_by_limit"} or not file.get("id"):
        return NOT_VISIBLE
    if number >= MOST_FILES:
        return TOO_MANY
    if size > left:
        return TOO_LARGE if size > MOST_BYTES else TOO_LARGE_TOGETHER
    return ""


def _text(fields: Mapping[str, object], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""
