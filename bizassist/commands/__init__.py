"""One module per command: its NAME, its HELP, ``add_arguments(parser)`` and ``run(options)``."""


class CommandError(Exception):
    """A command could not do its work; carries one sentence for the person who typed it."""
