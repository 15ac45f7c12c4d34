"""A slash command's answer in memory: the real private reply, above a response address that nobody
can look into."""

from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from bots.platform import Receipt, Turn
from bots.slack.incoming.payloads import IncomingMessage
from bots.slack.outgoing.private_message import PrivateMessages
from bots.slack.outgoing.private_reply import PrivateReply
from tests.simulation.outside import PLATFORM
from tests.simulation.slack_model import text_of, web_api

if TYPE_CHECKING:
    from tests.simulation.board import Board
    from tests.simulation.process import Process


def command_answer(
    process: "Process", board: "Board", turn: Turn, receipt: Receipt
) -> PrivateReply:
    """What the platform makes of a slash command, sent from direct messages."""
    incoming = IncomingMessage(
        "command",
        turn.id,
        "T",
        turn.chat_user.user,
        "D1",
        "",
        response_url="https://hooks.slack.com/commands/1",
        named_text=turn.text,
    )
    responses = cast("Any", SimpleNamespace(send=partial(_send, process, board, turn)))
    private = PrivateMessages(web_api(process, board, turn), responses)
    return PrivateReply(private, incoming, turn, receipt, cast("Any", None), explain=_unexplained)


async def _send(process: "Process", board: "Board", turn: Turn, _: str, message: Any) -> None:
    text = text_of(message["blocks"])
    effect = partial(board.respond, turn, text)
    await process.outside(f"respond {turn.id} {text!r}", effect, PLATFORM)


async def _unexplained(*_: object) -> None:
    """Nobody asks why."""
