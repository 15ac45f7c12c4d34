# What a variable refuses; nothing here reaches AWS.

mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }

  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
}

variables {
  name                = "bizassist"
  parameter_prefix    = "/app/bizassist"
  kms_key_arn         = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  image_uri           = "123456789012.dkr.ecr.us-east-1.amazonaws.com/bizassist/agent:1.0.0"
  repository_arn      = "arn:aws:ecr:us-east-1:123456789012:repository/bizassist/agent"
  model               = "bedrock:global.anthropic.claude-sonnet-4-6"
  discovery_url       = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI/.well-known/openid-configuration"
  web_client_id       = "web"
  m2m_client_id       = "gateway"
  m2m_scope           = "default-m2m-resource-server-123456789012/read"
  targets             = { warranty = [] }
  schemas_directory   = "."
  function_arns       = { warranty = "arn:aws:lambda:us-east-1:123456789012:function:bizassist-tools-warranty" }
  clients_table_arn   = "arn:aws:dynamodb:us-east-1:123456789012:table/bizassist-clients"
  policies_bucket_arn = "arn:aws:s3:::bizassist-policies-123456789012-us-east-1"
}

run "a_profile_calls_its_model_anywhere" {
  command = plan

  assert {
    condition = local.derived_models == tolist([
      "arn:${local.partition}:bedrock:${local.here}:inference-profile/global.anthropic.claude-sonnet-4-6",
      "arn:${local.partition}:bedrock:*::foundation-model/anthropic.claude-sonnet-4-6",
    ])
    error_message = "The agent may call more, or less, than its model."
  }
}

run "another_provider_needs_nothing_of_bedrock" {
  command = plan

  variables {
    model = "anthropic:claude-sonnet-4-6"
  }

  assert {
    condition     = length(local.models) == 0
    error_message = "The agent may call Bedrock although it doesn't."
  }
}

run "refused" {
  command = plan

  variables {
    name                  = "BizAssist"                        # a name with capitals
    parameter_prefix      = "/app/bizassist/"                  # a prefix with a slash at its end
    kms_key_arn           = "alias/data"                       # a key that is none
    agentcore_kms_key_arn = "alias/data"                       # a key that is none
    image_uri             = "bizassist/agent:latest"           # an image from elsewhere
    repository_arn        = "bizassist/agent"                  # a repository that is none
    pinned_version        = "newest"                           # a version that is none
    model                 = "gpt"                              # an unknown model
    model_base_url        = "llm"                              # an address that is none
    model_arns            = ["*"]                              # any model
    discovery_url         = "http://login.example.com"         # a plain address
    m2m_scope             = "read"                             # a scope of nobody
    request_headers       = ["Cookie"]                         # a header that AWS keeps
    server_protocol       = "MCP"                              # a protocol of others
    targets               = { "warranty--status" = ["check"] } # two dashes
    function_arns         = { warranty = "warranty" }          # a function that is none
    clients_table_arn     = "clients"                          # a table that is none
    policies_bucket_arn   = "policies"                         # a bucket that is none
    memory_readers        = ["chat"]                           # a role that is none
    event_expiry_days     = 3650                               # memories for ever
    log_retention_days    = 0                                  # logs that never end
    alarm_actions         = ["ops@example.com"]                # an alarm to an address
  }

  expect_failures = [
    var.name,
    var.parameter_prefix,
    var.kms_key_arn,
    var.agentcore_kms_key_arn,
    var.image_uri,
    var.repository_arn,
    var.pinned_version,
    var.model,
    var.model_base_url,
    var.model_arns,
    var.discovery_url,
    var.m2m_scope,
    var.request_headers,
    var.server_protocol,
    var.targets,
    var.function_arns,
    var.clients_table_arn,
    var.policies_bucket_arn,
    var.memory_readers,
    var.event_expiry_days,
    var.log_retention_days,
    var.alarm_actions,
  ]
}
