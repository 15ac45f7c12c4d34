"""Runs a Python program that ends when the process that started it does, however that ended.

``python parent_watchdog.py -m MODULE`` or ``… SCRIPT``, with a pipe as standard input that nobody
writes to: its end is the signal. Standard library only, so that any interpreter can run it.
"""

import os
import runpy
import signal
import sys
import threading


def end_with_the_parent() -> None:
    """Wait for the other end of standard input to close; then stop as a terminal would ask."""
    os.read(0, 1)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=end_with_the_parent, daemon=True).start()
    sys.path.pop(0)
    if sys.argv[1] == "-m":
        sys.argv = sys.argv[2:]
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    else:
        sys.argv = sys.argv[1:]
        runpy.run_path(sys.argv[0], run_name="__main__")
