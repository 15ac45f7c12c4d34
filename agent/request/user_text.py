"""What the person wrote, apart from the records and quotes that their messages are given."""

from strands.types.content import Message, Messages

from agent.request.quoted_words import without_quoted

MEMORY_BLOCK = "<memory>"


def user_text(message: Message) -> str:
    """The person's words in a message, without what the libraries add: records and quotes."""
    texts = _texts(message)
    if _has_recalled_block(message, texts):
        texts.pop()
    return without_quoted("\n".join(texts)).strip()


def user_texts(messages: Messages) -> list[str]:
    """Everything the person wrote in a conversation, in order; tool results are not theirs."""
    texts = (user_text(message) for message in messages if message["role"] == "user")
    return [text for text in texts if text]


def recalled_block(message: Message) -> str:
    """The block of recalled records in a message; empty when the library put none there."""
    texts = _texts(message)
    return texts[-1] if _has_recalled_block(message, texts) else ""


def _texts(message: Message) -> list[str]:
    return [block["text"] for block in message["content"] if "text" in block]


def _has_recalled_block(message: Message, texts: list[str]) -> bool:
    """A person who types the tag writes a first text; the library's comes behind something."""
    behind = len(texts) > 1 or any("toolResult" in block for block in message["content"])
    return behind and bool(texts) and texts[-1].lstrip().startswith(MEMORY_BLOCK)
