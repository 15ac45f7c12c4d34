"""One module per command: its NAME, its HELP, ``add_arguments(parser)`` and ``run(options)``."""
