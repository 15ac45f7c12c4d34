# The tools that aren't the agent's own: one target a Lambda function, its schemas inline.

resource "aws_bedrockagentcore_gateway" "this" {
  name            = var.deployment.name
  description     = "Tools of the assistant"
  role_arn        = aws_iam_role.gateway.arn
  protocol_type   = "MCP"
  authorizer_type = "CUSTOM_JWT"
  kms_key_arn     = var.agentcore_kms_key_arn

  authorizer_configuration {
    custom_jwt_authorizer {
      discovery_url   = var.identity.discovery_url
      allowed_clients = [var.identity.m2m_client_id]
    }
  }

  protocol_configuration {
    mcp {
      # All that AgentCore speaks; a Gateway that isn't told so leaves out what it learned since.
      supported_versions = ["2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"]
    }
  }

  depends_on = [aws_iam_role_policy.gateway]
}

locals {
  schemas = {
    for target, tools in var.tools.targets :
    target => [for tool in tools : jsondecode(file("${var.tools.schemas_directory}/${tool}.json"))]
  }
}

resource "aws_bedrockagentcore_gateway_target" "this" {
  for_each = local.schemas

  gateway_identifier = aws_bedrockagentcore_gateway.this.gateway_id
  name               = each.key
  description        = join(", ", var.tools.targets[each.key])

  credential_provider_configuration {
    gateway_iam_role {}
  }

  target_configuration {
    mcp {
      lambda {
        lambda_arn = var.tools.function_arns[each.key]

        tool_schema {
          dynamic "inline_payload" {
            for_each = each.value
            iterator = tool

            content {
              name        = tool.value.name
              description = tool.value.description

              # The provider spells JSON Schema as blocks, and knows no recursion: a property of the
              # arguments is a plain value. What a tool answers isn't declared: a client refuses
              # whatever doesn't fit, and an error doesn't.
              input_schema {
                type = tool.value.inputSchema.type

                dynamic "property" {
                  for_each = tool.value.inputSchema.properties

                  content {
                    name        = property.key
                    type        = property.value.type
                    description = try(property.value.description, null)
                    required    = contains(try(tool.value.inputSchema.required, []), property.key)
                  }
                }
              }
            }
          }
        }
      }
    }
  }
}
