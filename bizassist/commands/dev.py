"""``bizassist dev``: the whole product on this machine, until Ctrl-C."""

import asyncio
import shutil
import signal
import sys
import time
from argparse import ArgumentParser, Namespace
from pathlib import Path

from bizassist.errors import CommandError
from bizassist.local.processes import PartError
from bizassist.local.stack import PROVISIONED, Wishes, running_stack
from bizassist.local.terminal import print_progress, print_screen

NAME = "dev"
HELP = "run the whole product on this machine, with no account anywhere"


def add_arguments(parser: ArgumentParser) -> None:
    """Declare where things listen and where their state is kept."""
    parser.add_argument("--port", type=int, default=3978, help="of the chat service (0: any free)")
    parser.add_argument("--agent-port", type=int, default=8080, help="of the agent (0: any free)")
    parser.add_argument("--slack-port", type=int, default=8091, help="of Slack's double")
    parser.add_argument("--fresh", action="store_true", help="forget the state of earlier runs")
    parser.add_argument(
        "--state", type=Path, default=Path(".bizassist"), help="where state survives a restart"
    )
    parser.add_argument(
        "--ministack-python",
        type=Path,
        default=Path(".venv-ministack/bin/python"),
        help="the interpreter of MiniStack's own environment",
    )


def run(options: Namespace) -> int:
    """Run until Ctrl-C; exit status 1 when a part could not start or ended by itself."""
    state = options.state.resolve()
    _forget_stale(state, fresh=options.fresh)
    wishes = Wishes(
        state=state,
        ministack_python=options.ministack_python.absolute(),
        port=options.port,
        agent_port=options.agent_port,
        slack_port=options.slack_port,
    )
    try:
        return asyncio.run(_until_stopped(wishes))
    except PartError as error:
        raise CommandError(str(error)) from error


def _forget_stale(state: Path, *, fresh: bool) -> None:
    """Remove what an interrupted or older provisioning left, and only what this stack wrote."""
    mark = state / "provisioned"
    current = mark.exists() and mark.read_text() == PROVISIONED
    if fresh or not current:
        for name in ("ministack", "logs"):
            shutil.rmtree(state / name, ignore_errors=True)
        for name in ("provisioned", "secrets.json", "stack.json"):
            (state / name).unlink(missing_ok=True)


async def _until_stopped(wishes: Wishes) -> int:
    stop = asyncio.Event()
    main = asyncio.current_task()
    assert main is not None  # noqa: S101 - inside a coroutine there always is one
    ready = False

    def ask_to_stop() -> None:
        if ready:
            stop.set()
        else:
            main.cancel()

    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(name, ask_to_stop)
    began = time.monotonic()
    async with running_stack(
        wishes, lambda line: print_progress(line, time.monotonic() - began)
    ) as stack:
        ready = True
        print_screen(stack.description, time.monotonic() - began)
        ended = asyncio.create_task(stack.first_end())
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if ended.done() and not stop.is_set():
            raise PartError(ended.result().obituary())
        ended.cancel()
        sys.stderr.write("\nStopping…\n")
    return 0
