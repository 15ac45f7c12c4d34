"""``bizassist serve``: the chat service, as it runs in the container and in the local stack."""

from argparse import ArgumentParser, Namespace

NAME = "serve"
HELP = "run the chat service"


def add_arguments(parser: ArgumentParser) -> None:
    """Its settings come from the environment and from SSM."""


def run(options: Namespace) -> int:
    """Serve until SIGTERM; exit status 1 when a setting is missing or a port is taken."""
    del options
    from bizassist.service import serve  # noqa: PLC0415 - the other commands need none of it

    return serve()
