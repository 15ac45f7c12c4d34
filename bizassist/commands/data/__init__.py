"""``bizassist data``: all that is kept of a person or a workspace, exported or erased."""

from bizassist.commands.data.arguments import HELP, NAME, add_arguments, run

__all__ = ["HELP", "NAME", "add_arguments", "run"]
