"""Runs the local cloud so that it judges calls by policies, as if they had come by TLS.

``python enforcing_ministack.py SERVE`` with ``AUTH=true``. It listens on loopback without TLS, and
would refuse every call to a queue or a bucket whose policy demands TLS. It also takes a path of
parameters for no resource, where AWS takes it for the parameter of that name
(Service Authorization Reference, AWS Systems Manager, GetParametersByPath), and a batch of messages
for an action of its own, where IAM knows that of one message alone (Amazon SQS, SendMessageBatch).

What Terraform calls is noted in the file ``NOTED_CALLS``: an action and its resource on each line.
"""

import importlib
import json
import os
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


def batches_of_messages_are_messages() -> None:
    """Judge ``sqs:SendMessageBatch`` as ``sqs:SendMessage``, and the other batches alike."""
    actions: Any = importlib.import_module("ministack.core.iam_actions")
    extract = actions.extract_iam_action

    def mended(service: str, *request: Any) -> Any:
        found = extract(service, *request)
        return found.removesuffix("Batch") if found and service == "sqs" else found

    actions.extract_iam_action = mended


def terraforms_calls_are_noted(file: str) -> None:
    """Note each action and resource once that a provider of Terraform asks for."""
    actions: Any = importlib.import_module("ministack.core.iam_actions")
    extract = actions.extract_resource_arn
    noted: set[str] = set()

    def noting(service: str, method: str, path: str, headers: Any, *rest: Any) -> Any:
        found = extract(service, method, path, headers, *rest)
        action = actions.extract_iam_action(service, method, path, headers, *rest[:2])
        line = f"{action} {found}"
        if "terraform" in headers.get("user-agent", "").lower() and line not in noted:
            noted.add(line)
            with open(file, "a") as calls:  # noqa: PTH123 - before its environment is set up
                calls.write(f"{line}\n")
        return found

    actions.extract_resource_arn = noting


if __name__ == "__main__":
    by_tls()
    paths_are_resources()
    batches_of_messages_are_messages()
    terraforms_calls_are_noted(os.environ["NOTED_CALLS"])
    sys.argv = sys.argv[1:]
    runpy.run_path(sys.argv[0], run_name="__main__")
