"""The handler of the Gateway tools, which also tells with what it was called."""

from typing import Any

from gateway_tools.handler import handler


def told(event: object, context: Any) -> dict[str, Any]:
    """The event, the custom part of the client context, and the handler's answer."""
    custom = dict(context.client_context.custom)
    answer = handler(event, context)
    return {"event": event, "custom": custom, "answer": answer, "error": answer.get("error")}
