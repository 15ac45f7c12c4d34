"""``bizassist policies index``: the index by which the company's policies are searched."""

import sys
from argparse import ArgumentParser, Namespace

import boto3

from bizassist.commands.target_deployment import add_target_arguments, lead_to_target
from bizassist.deployment.deployed_parameters import deployment
from bizassist.errors import CommandError

NAME = "policies"
HELP = "index the company's policies after they have changed"


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the one thing that can be done."""
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    add_target_arguments(
        actions.add_parser("index", help="read what has changed in the bucket, and index all of it")
    )


def run(options: Namespace) -> int:
    """Index, and say what can't be read."""
    # Other commands need no agent.
    from agent.errors import PolicyEmbeddingError, PolicyStorageError  # noqa: PLC0415
    from agent.tools.policies.embedders.choice import embedder  # noqa: PLC0415
    from agent.tools.policies.storage import Bucket  # noqa: PLC0415
    from agent.tools.policies.stored_index import index_policies  # noqa: PLC0415

    lead_to_target(options)
    session = boto3.Session()
    known = deployment(session)
    bucket = known.policies_bucket
    try:
        model = embedder(known.policy_embedder, session)
        indexed = index_policies(Bucket(bucket, session), model)
    except PolicyStorageError as error:
        raise CommandError(f"the bucket {bucket} can't be used: {error.detail}") from None
    except PolicyEmbeddingError as error:
        raise CommandError(
            f"{known.policy_embedder} can't be asked ({error.detail}), so the index stays as it "
            "is: try again"
        ) from None
    state = "indexed anew" if indexed.changed else "unchanged"
    sys.stdout.write(f"{indexed.documents} documents, {indexed.passages} passages: {state}\n")
    if indexed.embedder:
        sys.stdout.write(f"found by words and by meaning: {indexed.embedder}\n")
    if indexed.words_only:
        sys.stdout.write(
            f"found by words only: {known.policy_embedder} can't be asked ({indexed.words_only})\n"
        )
    for name, problem in indexed.failures.items():
        sys.stdout.write(f"not searched: {name} ({problem})\n")
    return 0
