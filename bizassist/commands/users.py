"""``bizassist users``: the people of the user pool."""

import asyncio
import secrets
import sys
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from bizassist.commands.target_deployment import add_target_arguments, lead_to_target
from bizassist.deployment.deployed_parameters import deployment, parameter_prefix
from bizassist.deployment.password_sign_in import access_token, check_flow
from bizassist.errors import CommandError
from bizassist.settings.ssm_parameters import Parameters
from bizassist.table_output import print_listing, print_record
from identity.executor import Executor
from identity.memory.forgetting_table import ForgettingJob, ForgettingTable

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

NAME = "users"
HELP = "list the people of the user pool, or add one"
TOKEN = "cognito_bearer_token"  # noqa: S105 - the parameter's name
USERS, ADMINS = "bizassist-users", "bizassist-admins"


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what can be done."""
    actions = parser.add_subparsers(required=True, metavar="ACTION", dest="action")
    listing = actions.add_parser("list", help="who is in the user pool")
    create = actions.add_parser("create", help="add a confirmed person, who may use the assistant")
    create.add_argument("username")
    create.add_argument("--email", required=True)
    create.add_argument("--admin", action="store_true", help="may also administer")
    create.add_argument(
        "--store-token",
        action="store_true",
        help="keep an access token of theirs in SSM, as a SecureString, to test with",
    )
    forgotten = actions.add_parser(
        "forgotten", help="who asked to be forgotten in the last month, and how far that is"
    )
    add_target_arguments(listing, create, forgotten)
    for action in (listing, create, forgotten):
        action.add_argument("--json", action="store_true", help="for programs")


def run(options: Namespace) -> int:
    """Do it and print what is so now."""
    lead_to_target(options)
    session = boto3.Session()
    deployed = deployment(session)
    pool, cognito = deployed.user_pool_id, session.client("cognito-idp")
    try:
        if options.action == "list":
            print_listing(_list(cognito, pool), as_json=options.json, empty="Nobody is there yet.")
        elif options.action == "forgotten":
            rows = _forgotten(session, deployed)
            print_listing(rows, as_json=options.json, empty="Nobody asked to be forgotten.")
        else:
            _add(session, deployed, options)
    except cognito.exceptions.UsernameExistsException:
        raise CommandError(f"{options.username} is in the user pool already") from None
    except (BotoCoreError, ClientError) as error:
        raise CommandError(f"AWS refused: {error}") from None
    return 0


def _forgotten(session: boto3.Session, deployed: Parameters) -> list[dict[str, str]]:
    """Everybody who asked in the last month, the latest first."""
    call = Executor(1)
    try:
        table = ForgettingTable(session.client("dynamodb"), deployed.forgetting_table, call)
        return [_how_far(job) for job in asyncio.run(table.everybody())]
    finally:
        call.close()


def _how_far(job: ForgettingJob) -> dict[str, str]:
    return {
        "account": job.account,
        "asked": job.asked_at.isoformat(timespec="minutes"),
        "state": job.state,
        "events": str(job.progress.events),
        "records": str(job.progress.records),
        "found": str(job.progress.found),
        "problem": job.problem,
    }


def _add(session: boto3.Session, deployed: Parameters, options: Namespace) -> None:
    cognito = session.client("cognito-idp")
    if options.store_token:
        check_flow(cognito, deployed)
    made = _create(cognito, deployed.user_pool_id, options)
    try:
        if options.store_token:
            token = access_token(cognito, deployed, made["username"], made["password"])
            made["token_parameter"] = _keep(session, token)
    except CommandError as error:
        raise CommandError(f"{made['username']} was made, but no token is kept: {error}") from None
    finally:  # they are there now, and nobody else knows their password
        print_record(made, as_json=options.json)
        if not options.json:
            sys.stdout.write("The password is shown this once.\n")


def _keep(session: boto3.Session, token: str) -> str:
    """Put the token where tests look for it, and return the name of that parameter."""
    name = f"{parameter_prefix()}/{TOKEN}"
    session.client("ssm").put_parameter(Name=name, Value=token, Type="SecureString", Overwrite=True)
    return name


def _list(cognito: "CognitoIdentityProviderClient", pool: str) -> list[dict[str, str]]:
    groups: dict[str, list[str]] = {}
    for group in (USERS, ADMINS):
        members = cognito.get_paginator("list_users_in_group")
        for page in members.paginate(UserPoolId=pool, GroupName=group):
            for user in page["Users"]:
                groups.setdefault(user["Username"], []).append(group)
    pages = cognito.get_paginator("list_users").paginate(UserPoolId=pool)
    people = [_row(user, groups) for page in pages for user in page["Users"]]
    return sorted(people, key=lambda row: row["username"])


def _row(user: Any, groups: dict[str, list[str]]) -> dict[str, str]:
    attributes = {one["Name"]: one.get("Value", "") for one in user["Attributes"]}
    return {
        "username": user["Username"],
        "email": attributes.get("email", ""),
        "subject": attributes.get("sub", ""),
        "state": user["UserStatus"].lower() if user["Enabled"] else "disabled",
        "groups": ", ".join(groups.get(user["Username"], [])),
    }


def _create(
    cognito: "CognitoIdentityProviderClient", pool: str, options: Namespace
) -> dict[str, str]:
    password = f"{secrets.token_urlsafe(16)}-9aZ!"
    made = cognito.admin_create_user(
        UserPoolId=pool,
        Username=options.username,
        MessageAction="SUPPRESS",
        UserAttributes=[
            {"Name": "email", "Value": options.email},
            {"Name": "email_verified", "Value": "true"},
        ],
    )["User"]
    groups = [USERS, *([ADMINS] if options.admin else [])]
    for group in groups:
        cognito.admin_add_user_to_group(UserPoolId=pool, Username=options.username, GroupName=group)
    cognito.admin_set_user_password(
        UserPoolId=pool, Username=options.username, Password=password, Permanent=True
    )
    row = _row(made | {"UserStatus": "CONFIRMED"}, {options.username: groups})
    return row | {"password": password}
