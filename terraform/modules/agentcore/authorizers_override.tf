# AWS itself turns away whoever isn't in the group, and tokens without the Gateway's scope, before
# anything of ours runs. Providers know this from 6.38 on: to stay with an older one (6.25 at least)
# delete this file; the agent's own check of the group then stands alone. Being an override, it
# replaces blocks of the same name in main.tf and gateway.tf.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.38"
    }
  }
}

resource "aws_bedrockagentcore_agent_runtime" "this" {
  authorizer_configuration {
    custom_jwt_authorizer {
      discovery_url   = var.identity.discovery_url
      allowed_clients = [var.identity.web_client_id]

      custom_claim {
        inbound_token_claim_name       = "cognito:groups"
        inbound_token_claim_value_type = "STRING_ARRAY"

        authorizing_claim_match_value {
          claim_match_operator = "CONTAINS"

          claim_match_value {
            match_value_string = var.identity.users_group
          }
        }
      }
    }
  }
}

resource "aws_bedrockagentcore_gateway" "this" {
  authorizer_configuration {
    custom_jwt_authorizer {
      discovery_url   = var.identity.discovery_url
      allowed_clients = [var.identity.m2m_client_id]
      allowed_scopes  = [var.identity.m2m_scope]
    }
  }
}
