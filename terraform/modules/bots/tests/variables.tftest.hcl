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
    name                = "bizassist"
    parameter_prefix    = "/app/bizassist"
    public_url          = "https://assistant.example.com"
    kms_key_arn         = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
    tracing             = false
    log_retention_days  = 90
    alarm_actions       = []
    deletion_protection = true
  }
  network = {
    vpc_id                   = "vpc-0a1b2c3d"
    load_balancer_subnet_ids = ["subnet-0a", "subnet-0b"]
    service_subnet_ids       = ["subnet-0c"]
    assign_public_ip         = false
  }
  image_tag       = "1.0.0"
  user_pool_arn   = "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_AbCdEfGhI"
  memory_arn      = "arn:aws:bedrock-agentcore:us-east-1:123456789012:memory/bizassist-0123456789"
  memory_role_arn = "arn:aws:iam::123456789012:role/bizassist-memory"
  certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
}

run "two_tasks" {
  command = plan

  assert {
    condition     = aws_ecs_service.chat.desired_count == 2
    error_message = "The default has changed."
  }
}

run "the_load_balancer_is_trusted" {
  command = plan

  assert {
    condition     = var.trusted_proxies == 1
    error_message = "The default has changed."
  }
}

run "refused" {
  command = plan

  variables {
    deployment              = merge(var.deployment, { name = "BizAssist" }) # a name with capitals
    network                 = merge(var.network, { vpc_id = "main" })       # a network that is none
    image_tag               = "latest"                                      # the latest image
    user_pool_arn           = "us-east-1_AbCdEfGhI"                         # a user pool that is none
    memory_arn              = "bizassist-0123456789"                        # a memory that is none
    memory_role_arn         = "bizassist-memory"                            # a role that is none
    certificate_arn         = "server.pem"                                  # a certificate that is none
    allowed_cidrs           = ["203.0.113.7/99"]                            # an address that is no range
    platforms               = ["irc"]                                       # an unknown platform
    microsoft_cloud         = "dod"                                         # a cloud without our bot
    cpu                     = 300                                           # an odd processor
    web_acl                 = { arn = "my-acl" }                            # a web ACL that is none
    personal_data_operators = ["ops"]                                       # an operator who is no role
    upload_days             = 0                                             # files that never were
    trusted_proxies         = 6                                             # more proxies than there are
    chat_concurrency        = { threads = 1 }                               # a thread for everything
    capacity                = { min = 5, max = 2 }                          # more at least than at most
    scale_at                = { cpu_percent = 5 }                           # scaling that never ends
  }

  expect_failures = [
    var.deployment,
    var.network,
    var.image_tag,
    var.user_pool_arn,
    var.memory_arn,
    var.memory_role_arn,
    var.certificate_arn,
    var.allowed_cidrs,
    var.platforms,
    var.microsoft_cloud,
    var.cpu,
    var.web_acl,
    var.personal_data_operators,
    var.upload_days,
    var.trusted_proxies,
    var.chat_concurrency,
    var.capacity,
    var.scale_at,
  ]
}

run "refused_too_1" {
  command = plan

  variables {
    deployment = merge(var.deployment, { parameter_prefix = "/app/bizassist/" })  # a prefix with a slash at its end
    network    = merge(var.network, { load_balancer_subnet_ids = ["subnet-0a"] }) # one subnet
    memory     = 256                                                              # too little memory
  }

  expect_failures = [
    var.deployment,
    var.network,
    var.memory,
  ]
}

run "refused_too_2" {
  command = plan

  variables {
    deployment = merge(var.deployment, { public_url = "http://assistant.example.com" }) # a plain address
    network    = merge(var.network, { service_subnet_ids = [] })                        # no subnet
  }

  expect_failures = [
    var.deployment,
    var.network,
  ]
}

run "refused_too_3" {
  command = plan

  variables {
    deployment = merge(var.deployment, { kms_key_arn = "alias/data" }) # a key that is none
  }

  expect_failures = [
    var.deployment,
  ]
}

run "refused_too_4" {
  command = plan

  variables {
    deployment = merge(var.deployment, { log_retention_days = 0 }) # logs that never end
  }

  expect_failures = [
    var.deployment,
  ]
}

run "refused_too_5" {
  command = plan

  variables {
    deployment = merge(var.deployment, { alarm_actions = ["ops@example.com"] }) # an alarm to an address
  }

  expect_failures = [
    var.deployment,
  ]
}
