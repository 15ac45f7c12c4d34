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
  deployment = {
    name               = "bizassist"
    parameter_prefix   = "/app/bizassist"
    kms_key_arn        = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
    tracing            = false
    log_retention_days = 90
    alarm_actions      = []
  }
  image = {
    uri            = "123456789012.dkr.ecr.us-east-1.amazonaws.com/bizassist/agent:1.0.0"
    repository_arn = "arn:aws:ecr:us-east-1:123456789012:repository/bizassist/agent"
  }
  identity = {
    discovery_url = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI/.well-known/openid-configuration"
    web_client_id = "web"
    users_group   = "bizassist-users"
    m2m_client_id = "gateway"
    m2m_scope     = "default-m2m-resource-server-123456789012/read"
  }
  tools = {
    targets           = { warranty = [] }
    schemas_directory = "."
    function_arns     = { warranty = "arn:aws:lambda:us-east-1:123456789012:function:bizassist-tools-warranty" }
  }
  model               = "bedrock:global.anthropic.claude-sonnet-4-6"
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

run "policies_are_embedded_by_the_model_that_is_named" {
  command = plan

  variables {
    policy_embedder = "bedrock:eu.cohere.embed-v4:0"
  }

  assert {
    condition = local.embedding_models == tolist([
      "arn:${local.partition}:bedrock:${local.here}:inference-profile/eu.cohere.embed-v4:0",
      "arn:${local.partition}:bedrock:*::foundation-model/cohere.embed-v4:0",
    ])
    error_message = "The agent may call more, or less, than what embeds policies."
  }
}

run "words_need_nothing_of_bedrock" {
  command = plan

  variables {
    policy_embedder = "words"
  }

  assert {
    condition     = length(local.embedding_models) == 0
    error_message = "The agent may call an embedding model although it needs none."
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
    deployment            = merge(var.deployment, { name = "BizAssist" })                       # a name with capitals
    image                 = merge(var.image, { uri = "bizassist/agent:latest" })                # an image from elsewhere
    identity              = merge(var.identity, { discovery_url = "http://login.example.com" }) # a plain address
    tools                 = merge(var.tools, { targets = { "warranty--status" = ["check"] } })  # two dashes
    agentcore_kms_key_arn = "alias/data"                                                        # a key that is none
    pinned_version        = "newest"                                                            # a version that is none
    model                 = "gpt"                                                               # an unknown model
    model_base_url        = "llm"                                                               # an address that is none
    model_arns            = ["*"]                                                               # any model
    policy_embedder       = "local"                                                             # a model that isn't in the image
    request_headers       = ["Cookie"]                                                          # a header that AWS keeps
    server_protocol       = "MCP"                                                               # a protocol of others
    clients_table_arn     = "clients"                                                           # a table that is none
    policies_bucket_arn   = "policies"                                                          # a bucket that is none
    memory_readers        = ["chat"]                                                            # a role that is none
    event_expiry_days     = 3650                                                                # memories for ever
  }

  expect_failures = [
    var.deployment,
    var.image,
    var.identity,
    var.tools,
    var.agentcore_kms_key_arn,
    var.pinned_version,
    var.model,
    var.model_base_url,
    var.model_arns,
    var.policy_embedder,
    var.request_headers,
    var.server_protocol,
    var.clients_table_arn,
    var.policies_bucket_arn,
    var.memory_readers,
    var.event_expiry_days,
  ]
}

run "refused_too_1" {
  command = plan

  variables {
    deployment = merge(var.deployment, { parameter_prefix = "/app/bizassist/" }) # a prefix with a slash at its end
    image      = merge(var.image, { repository_arn = "bizassist/agent" })        # a repository that is none
    identity   = merge(var.identity, { m2m_scope = "read" })                     # a scope of nobody
    tools      = merge(var.tools, { function_arns = { warranty = "warranty" } }) # a function that is none
  }

  expect_failures = [
    var.deployment,
    var.image,
    var.identity,
    var.tools,
  ]
}

run "refused_too_2" {
  command = plan

  variables {
    deployment = merge(var.deployment, { kms_key_arn = "alias/data" }) # a key that is none
  }

  expect_failures = [
    var.deployment,
  ]
}

run "refused_too_3" {
  command = plan

  variables {
    deployment = merge(var.deployment, { log_retention_days = 0 }) # logs that never end
  }

  expect_failures = [
    var.deployment,
  ]
}

run "refused_too_4" {
  command = plan

  variables {
    deployment = merge(var.deployment, { alarm_actions = ["ops@example.com"] }) # an alarm to an address
  }

  expect_failures = [
    var.deployment,
  ]
}
