"""For each scenario one mistake in a plan that must make it fail."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

ABSENT = object()
"""Instead of a value: there is none."""

DROP: dict[str, Any] = {}
"""Instead of values: no resource of the kind is there."""


@dataclass(frozen=True)
class Mistake:
    """In the first resource of a kind, these attributes have these values.

    :param wrong: values by path, such as ``rule.0.status``.
    :param where: attributes by which that resource is known; without, it is any of the kind.
    """

    kind: str
    wrong: dict[str, Any]
    where: dict[str, Any] = field(default_factory=dict)

    def make_in(self, plan: dict[str, Any]) -> None:
        """Make the mistake in a plan."""
        found = [
            resource["address"]
            for _, resource in _resources(plan["planned_values"]["root_module"])
            if resource["type"] == self.kind and self._fits(resource["values"])
        ]
        addresses = set(found if self.wrong is DROP else found[:1])
        assert addresses, self
        for holder, resource in list(_resources(plan["planned_values"]["root_module"])):
            if resource["address"] in addresses:
                self._make(holder, resource, resource["values"])
        for change in list(plan["resource_changes"]):
            if change["address"] in addresses:
                self._make(plan["resource_changes"], change, change["change"]["after"])

    def _make(self, holder: list[Any], resource: Any, values: dict[str, Any]) -> None:
        if self.wrong is DROP:
            holder.remove(resource)
        else:
            self._spoil(values)

    def _fits(self, values: dict[str, Any]) -> bool:
        return all(values.get(name) == value for name, value in self.where.items())

    def _spoil(self, values: dict[str, Any]) -> None:
        for path, value in self.wrong.items():
            *way, last = path.split(".")
            place: Any = values
            for step in way:
                place = place[int(step)] if isinstance(place, list) else place[step]
            if value is ABSENT:
                place.pop(last, None)
            else:
                place[int(last) if isinstance(place, list) else last] = value


def mutant(plan: dict[str, Any], rules: list[str]) -> dict[str, Any]:
    """A copy of the plan with the mistakes of these rules in it."""
    made = copy.deepcopy(plan)
    for rule in rules:
        MISTAKES[rule].make_in(made)
    return made


def rounds() -> list[list[str]]:
    """Every rule, in lists whose mistakes are in resources of different kinds.

    A rule looks at one kind, so that no mistake of its list but its own can fail it.
    """
    found: list[list[str]] = []
    for rule, mistake in MISTAKES.items():
        for others in found:
            if all(MISTAKES[other].kind != mistake.kind for other in others):
                others.append(rule)
                break
        else:
            found.append([rule])
    return found


def _resources(module: dict[str, Any]) -> Iterator[tuple[list[Any], dict[str, Any]]]:
    for resource in module.get("resources", []):
        yield module["resources"], resource
    for child in module.get("child_modules", []):
        yield from _resources(child)


ANY = '{"Statement":[{"Effect":"Allow","Action":"%s","Resource":"*"}],"Version":"2012-10-17"}'
OPEN = '{"Statement":[{"Effect":"Allow","Action":"sqs:*","Resource":"*","Principal":"*"}]}'
TRUSTS = '{"Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"%s":"%s"}}]}'
WEB, M2M = {"name": "web"}, {"name": "gateway"}
TABLE, POOL, CLIENT = "aws_dynamodb_table", "aws_cognito_user_pool", "aws_cognito_user_pool_client"
SERVICE, FUNCTION, LISTENER = "aws_ecs_service", "aws_lambda_function", "aws_lb_listener"
BLOCK, BUCKET = "aws_s3_bucket_public_access_block", "aws_s3_bucket"
ENCRYPTION = "aws_s3_bucket_server_side_encryption_configuration"
INBOX, DEAD = {"name": "bizassist-inbox.fifo"}, {"name": "bizassist-dead-letter.fifo"}
WORLD = {"cidr_ipv4": "0.0.0.0/0"}
RULE = "aws_vpc_security_group_%s_rule"
METRIC = "target_tracking_scaling_policy_configuration.0.customized_metric_specification.0"

MISTAKES = {
    # data_at_rest.feature
    "Tables are encrypted with our key": Mistake(TABLE, {"server_side_encryption": []}),
    "Tables can be restored to any second": Mistake(
        TABLE, {"point_in_time_recovery.0.enabled": False}
    ),
    "Rows that expire are deleted by DynamoDB": Mistake(
        TABLE, {"ttl": []}, {"name": "bizassist-sessions"}
    ),
    "Queues are encrypted with our key": Mistake("aws_sqs_queue", {"kms_master_key_id": ""}),
    "Keys rotate": Mistake("aws_kms_key", {"enable_key_rotation": False}),
    "A deleted key can be brought back for a month": Mistake(
        "aws_kms_key", {"deletion_window_in_days": 7}
    ),
    "Buckets are encrypted": Mistake(
        ENCRYPTION, {"rule.0.apply_server_side_encryption_by_default.0.sse_algorithm": "none"}
    ),
    "Each bucket has its encryption": Mistake(ENCRYPTION, DROP),
    "What is overwritten in a bucket can be brought back": Mistake(
        "aws_s3_bucket_versioning", {"versioning_configuration.0.status": "Suspended"}
    ),
    "Secrets are encrypted with our key": Mistake("aws_secretsmanager_secret", {"kms_key_id": ""}),
    "The machine client's secret is a SecureString": Mistake(
        "aws_ssm_parameter", {"type": "String"}, {"name": "/app/bizassist/m2m_client_secret"}
    ),
    "Images are encrypted and scanned": Mistake(
        "aws_ecr_repository", {"image_scanning_configuration.0.scan_on_push": False}
    ),
    "A version of an image stays what it is": Mistake(
        "aws_ecr_repository", {"image_tag_mutability": "MUTABLE"}
    ),
    # exposure.feature
    "Each bucket is closed to the public": Mistake(BLOCK, DROP),
    **{
        f"Public access to buckets is blocked four times: {switch}": Mistake(BLOCK, {switch: False})
        for switch in (
            "block_public_acls",
            "block_public_policy",
            "ignore_public_acls",
            "restrict_public_buckets",
        )
    },
    "Buckets take requests over TLS only": Mistake("aws_s3_bucket_policy", {"policy": OPEN}),
    "Queues take requests over TLS only": Mistake("aws_sqs_queue_policy", {"policy": OPEN}),
    "The load balancer forwards what came by TLS only": Mistake(
        LISTENER, {"protocol": "HTTP"}, {"port": 443}
    ),
    "TLS is 1.2 or newer": Mistake(
        LISTENER, {"ssl_policy": "ELBSecurityPolicy-2016-08"}, {"port": 443}
    ),
    "Plain HTTP is redirected": Mistake(
        LISTENER, {"default_action.0.type": "forward"}, {"port": 80}
    ),
    "Malformed headers end at the load balancer": Mistake(
        "aws_lb", {"drop_invalid_header_fields": False}
    ),
    "Who connected is logged": Mistake("aws_lb", {"connection_logs.0.enabled": False}),
    "The world reaches the two web ports and no other": Mistake(
        RULE % "ingress", {"to_port": 3978}, WORLD
    ),
    "The service speaks TLS to the outside only": Mistake(RULE % "egress", {"to_port": 80}, WORLD),
    "Tasks have no public address": Mistake(
        SERVICE, {"network_configuration.0.assign_public_ip": True}
    ),
    "Nobody opens a shell in a task": Mistake(SERVICE, {"enable_execute_command": True}),
    # identity.feature
    "The web client has no secret": Mistake(CLIENT, {"generate_secret": True}, WEB),
    "The web client knows the code flow only": Mistake(
        CLIENT, {"allowed_oauth_flows": ["code", "implicit"]}, WEB
    ),
    "No client takes passwords past the sign-in page": Mistake(
        CLIENT, {"explicit_auth_flows": ["ALLOW_USER_PASSWORD_AUTH"]}, WEB
    ),
    "A refresh token is good for one renewal": Mistake(
        CLIENT, {"refresh_token_rotation.0.feature": "DISABLED"}, WEB
    ),
    "Tokens can be revoked": Mistake(CLIENT, {"enable_token_revocation": False}, WEB),
    "The sign-in page doesn't say who has an account": Mistake(
        CLIENT, {"prevent_user_existence_errors": "LEGACY"}, WEB
    ),
    "The machine client has a secret": Mistake(CLIENT, {"generate_secret": False}, M2M),
    "The machine client gets tokens for itself only": Mistake(
        CLIENT, {"allowed_oauth_flows": ["client_credentials", "code"]}, M2M
    ),
    "Passwords are long": Mistake(POOL, {"password_policy.0.minimum_length": 8}),
    "Nobody signs up by themselves": Mistake(
        POOL, {"admin_create_user_config.0.allow_admin_create_user_only": False}
    ),
    "A second factor can be used": Mistake(POOL, {"mfa_configuration": "OFF"}),
    # operation.feature
    "No role may do everything of a service": Mistake(
        "aws_iam_role_policy", {"policy": ANY % "dynamodb:*"}
    ),
    "A role is taken by a service of AWS": Mistake(
        "aws_iam_role",
        {"assume_role_policy": TRUSTS % ("AWS", "*")},
        {"name": "bizassist-chat-task"},
    ),
    "Memory is one person's at a time": Mistake(
        "aws_iam_role",
        {"assume_role_policy": TRUSTS % ("AWS", "*")},
        {"name": "bizassist-memory"},
    ),
    "Logs are kept for a known time": Mistake("aws_cloudwatch_log_group", {"retention_in_days": 0}),
    "Logs are encrypted with our key": Mistake("aws_cloudwatch_log_group", {"kms_key_id": ""}),
    **{
        f"Everything carries its tags: {tag}": Mistake("aws_sqs_queue", {f"tags_all.{tag}": ABSENT})
        for tag in ("Product", "ManagedBy", "Environment")
    },
    "What can't be answered goes to a dead-letter queue": Mistake(
        "aws_sqs_queue", {"redrive_policy": ABSENT}, INBOX
    ),
    "Dead letters are kept as long as SQS can": Mistake(
        "aws_sqs_queue", {"message_retention_seconds": 345600}, DEAD
    ),
    "A broken release is rolled back": Mistake(
        SERVICE, {"deployment_circuit_breaker.0.rollback": False}
    ),
    "A release stops nobody's question": Mistake(
        SERVICE, {"deployment_minimum_healthy_percent": 50}
    ),
    "Tasks can't write to their own disk": Mistake(
        "aws_ecs_task_definition",
        {"container_definitions": '[{"name":"chat","readonlyRootFilesystem":false}]'},
    ),
    "The target group asks whether a process is alive": Mistake(
        "aws_lb_target_group", {"health_check.0.path": "/"}
    ),
    "More tasks come when questions wait": Mistake(
        "aws_appautoscaling_policy",
        {f"{METRIC}.metrics.0.expression": "waiting"},
        {"name": "bizassist-chat-backlog"},
    ),
    "Functions run on arm64 with today's Python": Mistake(FUNCTION, {"runtime": "python3.9"}),
    "Only our own Gateway calls the functions": Mistake(
        "aws_lambda_permission", {"source_account": ""}
    ),
    "Calls of functions are traced": Mistake(FUNCTION, {"tracing_config.0.mode": "PassThrough"}),
    "Alarms are on": Mistake("aws_cloudwatch_metric_alarm", {"actions_enabled": False}),
}
