"""``bizassist dev``: the whole product on this machine, until Ctrl-C."""

import asyncio
import os
import shutil
import signal
import sys
import time
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path

from bizassist.errors import CommandError, PartError
from bizassist.local.ports import LAST_PORT, StackPorts
from bizassist.local.stack import PROVISIONED, StackOptions, running_stack
from bizassist.local.terminal import print_notice, print_progress, print_summary

NAME = "dev"
HELP = "run the whole product on this machine, with no account anywhere"
A_PORT = f"a whole number from 0 to {LAST_PORT} (0: any free port)"


def add_arguments(parser: ArgumentParser) -> None:
    """Declare where things listen and where their state is kept."""
    parser.description = "A port that is taken gives way to a free one, and a line says so."
    usual = StackPorts()
    parser.add_argument(
        "--port", type=_port, help=f"of the chat service (BIZASSIST_PORT, else {usual.chat})"
    )
    parser.add_argument(
        "--agent-port", type=_port, default=usual.agent, help="of the agent (0: any free port)"
    )
    parser.add_argument(
        "--slack-port", type=_port, default=usual.slack, help="of the Slack stand-in"
    )
    parser.add_argument(
        "--socket-mode",
        action="store_true",
        help="let the Slack stand-in send over a connection that the service opens",
    )
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
    chosen = StackOptions(
        state=state,
        ministack_python=options.ministack_python.absolute(),
        ports=StackPorts(_chat_port(options.port), options.agent_port, options.slack_port),
        socket_mode=options.socket_mode,
        policy_embedder=_policy_embedder(),
    )
    return asyncio.run(_until_stopped(chosen))


def _policy_embedder() -> str:
    """What the environment names, else the model that this installation has, if it has one."""
    from agent.tools.policies.embedders import choice, local_model  # noqa: PLC0415 - other commands

    named = os.environ.get("BIZASSIST_POLICY_EMBEDDER")
    return named or (choice.LOCAL if local_model.is_installed() else choice.WORDS)


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > LAST_PORT:
        raise ArgumentTypeError(f"must be {A_PORT}")
    return int(text)


def _chat_port(chosen: int | None) -> int:
    """Where the chat service listens: the option goes before the environment.

    :raises CommandError: when the environment names no port.
    """
    if chosen is not None:
        return chosen
    named = os.environ.get("BIZASSIST_PORT")
    if not named:
        return StackPorts().chat
    try:
        return _port(named)
    except ArgumentTypeError as error:
        raise CommandError(f"BIZASSIST_PORT {error}.") from None


def _forget_stale(state: Path, *, fresh: bool) -> None:
    """Remove what an interrupted or older provisioning left, and only what this stack wrote."""
    mark = state / "provisioned"
    current = mark.exists() and mark.read_text() == PROVISIONED
    if fresh or not current:
        for name in ("ministack", "logs"):
            shutil.rmtree(state / name, ignore_errors=True)
        for name in ("provisioned", "secrets.json", "stack.json"):
            (state / name).unlink(missing_ok=True)


async def _until_stopped(options: StackOptions) -> int:
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
        options, lambda line: print_progress(line, time.monotonic() - began), print_notice
    ) as stack:
        ready = True
        print_summary(stack.description, time.monotonic() - began)
        ended = asyncio.create_task(stack.first_end())
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if ended.done() and not stop.is_set():
            raise PartError(ended.result().exit_message())
        ended.cancel()
        sys.stderr.write("\nStopping…\n")
    return 0
