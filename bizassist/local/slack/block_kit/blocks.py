"""Block Kit's rules, as far as messages use them; a breach is refused as Slack refuses it."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from bizassist.local.slack.block_kit import sdk_models
from bizassist.local.slack.block_kit.data_blocks import DATA, whole_message
from bizassist.local.slack.errors import SlackError

# https://docs.slack.dev/reference/block-kit/blocks: of one message
MAX_BLOCKS = 50
# Characters: https://docs.slack.dev/reference/block-kit/blocks/section-block
MAX_SECTION_TEXT = 3_000
# Of all of one message together: https://docs.slack.dev/reference/block-kit/blocks/markdown-block
MAX_MARKDOWN = 12_000
# Characters, also those of a block's id: https://docs.slack.dev/reference/block-kit/blocks/header-block
MAX_HEADER = 150
MAX_ID = 255
# Characters: https://docs.slack.dev/reference/block-kit/block-elements/button-element
MAX_BUTTON_TEXT = 75
MAX_URL = 3_000
MAX_VALUE = 2_000
# Of an overflow menu; characters of an option's value, whose text is as long as a button's:
# https://docs.slack.dev/reference/block-kit/composition-objects/option-object
MAX_OVERFLOW = 5
MAX_OPTION_VALUE = 150
# https://docs.slack.dev/reference/block-kit/blocks/actions-block, …/context-block and
# …/context-actions-block
MAX_ELEMENTS = {"actions": 25, "context": 10, "context_actions": 5}
# Characters: https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object
MAX_CONFIRMATION = {"title": 100, "text": 300, "confirm": 30, "deny": 30}
# Of all blocks together chat.postMessage takes "12,000 text characters with a buffer for block
# containers". Measured, back when one markdown block could be longer: 13,297 characters in one,
# 13,172 with a divider beside it (https://github.com/slackapi/bolt-js/issues/2509), so a block
# costs 125 of 13,422.
MAX_SIZE = 13_422
BLOCK_SIZE = 125

Problems = Iterator[str]


def checked(blocks: object) -> list[dict[str, Any]]:
    """``blocks``, when Slack would take them.

    :raises SlackError: ``invalid_blocks_format``, or ``invalid_blocks`` with every objection.
    """
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise SlackError("invalid_blocks_format")
    problems = tuple(_message(blocks)) or tuple(sdk_models.in_blocks(blocks))
    if problems:
        raise SlackError("invalid_blocks", problems)
    return blocks


def check_size(blocks: list[dict[str, Any]]) -> None:
    """Whether a message can carry all of ``blocks``.

    :raises SlackError: ``msg_blocks_too_long``.
    """
    if sum(BLOCK_SIZE + _characters(block) for block in blocks) > MAX_SIZE:
        raise SlackError("msg_blocks_too_long")


def _characters(value: object) -> int:
    """The characters of every ``text`` in a block."""
    if isinstance(value, list):
        return sum(map(_characters, value))
    if not isinstance(value, dict):
        return 0
    own = value.get("text")
    inside = sum(_characters(one) for one in value.values())
    return inside + (len(own) if isinstance(own, str) else 0)


def _message(blocks: list[dict[str, Any]]) -> Problems:
    if len(blocks) > MAX_BLOCKS:
        yield f"no more than {MAX_BLOCKS} items allowed [json-pointer:/blocks]"
    yield from whole_message(blocks)
    markdown = 0
    taken: set[str] = set()
    for index, block in enumerate(blocks):
        place = f"/blocks/{index}"
        yield from _identifier(block, "block_id", place)
        if block.get("type") == "markdown":
            yield from _text(block, f"{place}", MAX_MARKDOWN)
            markdown += len(str(block.get("text", "")))
        else:
            yield from check(block, place)
        yield from _taken_twice(block, place, taken)
    if markdown > MAX_MARKDOWN:
        yield (
            f"markdown blocks must be less than {MAX_MARKDOWN + 1} characters in total "
            "[json-pointer:/blocks]"
        )


def _section(block: dict[str, Any], place: str) -> Problems:
    if "text" not in block and "fields" not in block:
        yield f"missing required field: text [json-pointer:{place}]"
    if "text" in block:
        yield from text_object(block["text"], f"{place}/text", MAX_SECTION_TEXT)
    if "accessory" in block:
        yield from _element(block["accessory"], f"{place}/accessory")


def check(block: dict[str, Any], place: str) -> Problems:
    """What Slack objects to in one block that is no Markdown."""
    match block.get("type"):
        case "section":
            yield from _section(block, place)
        case "header":
            yield from text_object(block.get("text"), f"{place}/text", MAX_HEADER, plain=True)
        case "actions" | "context" | "context_actions":
            yield from _elements(block, place)
        case "divider" | "rich_text" | "image":
            return
        case str(kind) if kind in DATA:
            yield from DATA[kind](block, place)
        case other:
            yield f"unsupported type: {other} [json-pointer:{place}/type]"


def _elements(block: dict[str, Any], place: str) -> Problems:
    elements = block.get("elements")
    if not isinstance(elements, list) or not elements:
        yield f"missing required field: elements [json-pointer:{place}]"
        return
    if len(elements) > (limit := MAX_ELEMENTS[block["type"]]):
        yield f"no more than {limit} items allowed [json-pointer:{place}/elements]"
    for index, element in enumerate(elements):
        at = f"{place}/elements/{index}"
        if block["type"] == "context":
            yield from text_object(element, at, MAX_SECTION_TEXT)
        elif block["type"] == "context_actions":
            yield from _feedback(element, at)
        else:
            yield from _element(element, at)


def _element(element: object, place: str) -> Problems:
    if isinstance(element, dict) and element.get("type") == "overflow":
        yield from _overflow(element, place)
        return
    if not isinstance(element, dict) or element.get("type") != "button":
        kind = element.get("type") if isinstance(element, dict) else element
        yield f"unsupported type: {kind} [json-pointer:{place}/type]"
        return
    yield from text_object(element.get("text"), f"{place}/text", MAX_BUTTON_TEXT, plain=True)
    yield from _identifier(element, "action_id", place)
    if len(str(element.get("value", ""))) > MAX_VALUE:
        yield f"must be less than {MAX_VALUE + 1} characters [json-pointer:{place}/value]"
    if element.get("style") not in {None, "primary", "danger"}:
        yield f"must be a valid enum value [json-pointer:{place}/style]"
    if "confirm" in element:
        yield from _confirmation(element["confirm"], f"{place}/confirm")
    if "url" in element:
        yield from _url(str(element["url"]), f"{place}/url")


def _overflow(element: dict[str, Any], place: str) -> Problems:
    """An overflow menu (…/block-elements/overflow-menu-element) and its option objects."""
    yield from _identifier(element, "action_id", place)
    options = element.get("options")
    if not isinstance(options, list) or not 1 <= len(options) <= MAX_OVERFLOW:
        yield f"must have 1 to {MAX_OVERFLOW} items [json-pointer:{place}/options]"
        return
    for index, option in enumerate(options):
        at = f"{place}/options/{index}"
        if not isinstance(option, dict) or not isinstance(option.get("value"), str):
            yield f"missing required field: value [json-pointer:{at}]"
            continue
        yield from text_object(option.get("text"), f"{at}/text", MAX_BUTTON_TEXT, plain=True)
        if len(option["value"]) > MAX_OPTION_VALUE:
            yield f"must be less than {MAX_OPTION_VALUE + 1} characters [json-pointer:{at}/value]"


def _confirmation(dialog: object, place: str) -> Problems:
    """A confirmation dialog (…/composition-objects/confirmation-dialog-object)."""
    if not isinstance(dialog, dict):
        yield f"must be an object [json-pointer:{place}]"
        return
    for name, limit in MAX_CONFIRMATION.items():
        yield from text_object(dialog.get(name), f"{place}/{name}", limit, plain=True)


def _feedback(element: object, place: str) -> Problems:
    """Feedback buttons (…/block-elements/feedback-buttons-element)."""
    if not isinstance(element, dict) or element.get("type") != "feedback_buttons":
        yield f"unsupported type [json-pointer:{place}/type]"
        return
    yield from _identifier(element, "action_id", place)
    for name in ("positive_button", "negative_button"):
        button = element.get(name)
        if not isinstance(button, dict) or not isinstance(button.get("value"), str):
            yield f"missing required field: {name} [json-pointer:{place}]"
            continue
        at = f"{place}/{name}"
        yield from text_object(button.get("text"), f"{at}/text", MAX_BUTTON_TEXT, plain=True)
        if len(button["value"]) > MAX_VALUE:
            yield f"must be less than {MAX_VALUE + 1} characters [json-pointer:{at}/value]"


def _url(url: str, place: str) -> Problems:
    if len(url) > MAX_URL:
        yield f"must be less than {MAX_URL + 1} characters [json-pointer:{place}]"
    elif urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).netloc:
        yield f"invalid url [json-pointer:{place}]"


def text_object(value: object, place: str, limit: int, *, plain: bool = False) -> Problems:
    """What Slack objects to in a text object.

    :param limit: in characters.
    """
    if not isinstance(value, dict):
        yield f"missing required field: text [json-pointer:{place.rpartition('/')[0]}]"
        return
    kinds = {"plain_text"} if plain else {"plain_text", "mrkdwn"}
    if value.get("type") not in kinds:
        yield f"must be a valid enum value [json-pointer:{place}/type]"
    yield from _text(value, place, limit)


def _text(holder: dict[str, Any], place: str, limit: int) -> Problems:
    text = holder.get("text")
    if not isinstance(text, str):
        yield f"missing required field: text [json-pointer:{place}]"
    elif not text:
        yield f"must be more than 0 characters [json-pointer:{place}/text]"
    elif len(text) > limit:
        yield f"must be less than {limit + 1} characters [json-pointer:{place}/text]"


def _identifier(holder: dict[str, Any], name: str, place: str) -> Problems:
    if len(str(holder.get(name, ""))) > MAX_ID:
        yield f"must be less than {MAX_ID + 1} characters [json-pointer:{place}/{name}]"


def _taken_twice(block: dict[str, Any], place: str, taken: set[str]) -> Problems:
    elements = block.get("elements")
    listed = elements if block.get("type") == "actions" and isinstance(elements, list) else []
    for element in listed:
        name = element.get("action_id") if isinstance(element, dict) else None
        if name and name in taken:
            yield (
                f'`action_id` "{name}" already exists for another element '
                f"[json-pointer:{place}/elements]"
            )
        taken.add(str(name))
