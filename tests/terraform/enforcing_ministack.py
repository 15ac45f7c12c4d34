"""Runs the local cloud so that it judges calls by policies, as if they had come by TLS.

``python enforcing_ministack.py SERVE`` with ``AUTH=true``. It listens on loopback without TLS, and
would refuse every call to a queue or a bucket whose policy demands TLS. It also takes a path of
parameters for no resource, where AWS takes it for the parameter of that name
(Service Authorization Reference, AWS Systems Manager, GetParametersByPath).
"""

import importlib
import json
import runpy
import sys
from typing import Any


def by_tls() -> None:
    """Let each request count as one by TLS (``aws:SecureTransport``)."""
    evaluator: Any = importlib.import_module("ministack.core.iam_evaluator")
    pin = evaluator.pin_request_origin
    evaluator.pin_request_origin = lambda address, _by_tls: pin(address, True)


def paths_are_resources() -> None:
    """Judge ``GetParametersByPath`` by its path."""
    actions: Any = importlib.import_module("ministack.core.iam_actions")
    extract = actions.extract_resource_arn

    def mended(service: str, *request: Any) -> Any:
        found = extract(service, *request)
        _, _, _, body, _, region, account = request
        path = json.loads(body or b"{}").get("Path") if service == "ssm" and found == "*" else None
        return f"arn:aws:ssm:{region}:{account}:parameter{path}" if path else found

    actions.extract_resource_arn = mended


if __name__ == "__main__":
    by_tls()
    paths_are_resources()
    sys.argv = sys.argv[1:]
    runpy.run_path(sys.argv[0], run_name="__main__")
