"""What can go wrong at the command line."""


class CommandError(Exception):
    """A command could not do its work; carries one sentence for the person who typed it."""
