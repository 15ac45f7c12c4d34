# Where the agent runs: a container behind AgentCore Runtime, which checks the person's token first.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.id
  here      = "${local.region}:${local.account}"
  # Runtimes, endpoints and memories take no dashes in their names.
  identifier = replace(var.deployment.name, "-", "_")
}

resource "aws_bedrockagentcore_agent_runtime" "this" {
  agent_runtime_name = local.identifier
  description        = "Answers as the person who asks"
  role_arn           = aws_iam_role.runtime.arn
  environment_variables = merge(
    {
      AWS_DEFAULT_REGION       = local.region
      BIZASSIST_MODEL          = var.model
      BIZASSIST_PARAMETERS_KEY = var.deployment.kms_key_arn
      BIZASSIST_SSM_PREFIX     = var.deployment.parameter_prefix
    },
    var.model_base_url == null ? {} : { BIZASSIST_MODEL_BASE_URL = var.model_base_url },
    var.deployment.tracing ? {
      AGENT_OBSERVABILITY_ENABLED = "true"
      AWS_REGION                  = local.region
      OTEL_SERVICE_NAME           = "bizassist-agent"
    } : {},
    var.guardrail == null ? {} : {
      BIZASSIST_GUARDRAIL_ID      = var.guardrail.id
      BIZASSIST_GUARDRAIL_VERSION = var.guardrail.version
    },
  )

  agent_runtime_artifact {
    container_configuration {
      container_uri = var.image.uri
    }
  }

  # Access tokens of Cognito have no audience: the client says whom they were made for. The group is
  # demanded in authorizers_override.tf, and by the agent itself.
  authorizer_configuration {
    custom_jwt_authorizer {
      discovery_url   = var.identity.discovery_url
      allowed_clients = [var.identity.web_client_id]
    }
  }

  protocol_configuration {
    server_protocol = var.server_protocol
  }

  # Without Authorization the agent couldn't see who is asking.
  request_header_configuration {
    request_header_allowlist = concat(["Authorization"], var.request_headers)
  }

  network_configuration {
    network_mode = var.network == null ? "PUBLIC" : "VPC"

    dynamic "network_mode_config" {
      for_each = var.network == null ? [] : [var.network]

      content {
        subnets         = network_mode_config.value.subnet_ids
        security_groups = network_mode_config.value.security_group_ids
      }
    }
  }

  # At its first start it reads what it needs to know, and assumes the memory role.
  depends_on = [aws_iam_role_policy.runtime, aws_ssm_parameter.this]
}

# The chat service calls DEFAULT, which is always the newest version. This one stays where it is
# told to: a version to compare with, or to hold for whoever calls it by name.
resource "aws_bedrockagentcore_agent_runtime_endpoint" "pinned" {
  agent_runtime_id      = aws_bedrockagentcore_agent_runtime.this.agent_runtime_id
  agent_runtime_version = coalesce(var.pinned_version, aws_bedrockagentcore_agent_runtime.this.agent_runtime_version)
  name                  = "pinned"
  description           = "Stays at one version"
}

# Whom the agent would be towards other services' OAuth, once a tool needs it.
resource "aws_bedrockagentcore_workload_identity" "this" {
  name = var.deployment.name
}
