"""Runs the local cloud so that it judges calls by policies, as if they had come by TLS.

``python enforcing_ministack.py SERVE`` with ``AUTH=true``. It listens on loopback without TLS, and
would refuse every call to a queue or a bucket whose policy demands TLS.
"""

import importlib
import runpy
import sys
from typing import Any


def by_tls() -> None:
    """Let each request count as one by TLS (``aws:SecureTransport``)."""
    evaluator: Any = importlib.import_module("ministack.core.iam_evaluator")
    pin = evaluator.pin_request_origin
    evaluator.pin_request_origin = lambda address, _by_tls: pin(address, True)


if __name__ == "__main__":
    by_tls()
    sys.argv = sys.argv[1:]
    runpy.run_path(sys.argv[0], run_name="__main__")
