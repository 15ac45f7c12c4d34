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
    kms_key_arn         = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
    log_retention_days  = 90
    alarm_actions       = []
    deletion_protection = true
  }
  targets      = { warranty = ["check_warranty_status"] }
  function_zip = "main.tf"
  layer_zip    = "main.tf"
}

run "a_function_for_arm" {
  command = plan

  assert {
    condition     = one(aws_lambda_function.tools["warranty"].architectures) == "arm64"
    error_message = "The default has changed."
  }
}

run "refused" {
  command = plan

  variables {
    deployment           = merge(var.deployment, { name = "BizAssist" })                  # a name with capitals
    targets              = { my_orders = ["order_status"] }                               # a target with an underscore
    function_zip         = "missing.zip"                                                  # code that was not built
    layer_zip            = "missing.zip"                                                  # libraries that were not built
    web_search           = { provider = "gopher" }                                        # an unknown search provider
    rights               = { orders = [{ actions = ["dynamodb:*"], resources = ["*"] }] } # a right to everything
    memory_size          = 64                                                             # too little memory
    timeout              = 900                                                            # a tool that takes its time
    reserved_concurrency = 0                                                              # tools switched off
  }

  expect_failures = [
    var.deployment,
    var.targets,
    var.function_zip,
    var.layer_zip,
    var.web_search,
    var.rights,
    var.memory_size,
    var.timeout,
    var.reserved_concurrency,
  ]
}

run "refused_too_1" {
  command = plan

  variables {
    deployment = merge(var.deployment, { parameter_prefix = "/app/bizassist/" }) # a prefix with a slash at its end
    targets    = { orders = [] }                                                 # a target without tools
    web_search = { provider = "searxng" }                                        # searxng without address
  }

  expect_failures = [
    var.deployment,
    var.targets,
    var.web_search,
  ]
}

run "refused_too_2" {
  command = plan

  variables {
    deployment = merge(var.deployment, { kms_key_arn = "alias/data" }) # a key that is none
    web_search = { provider = "brave" }                                # brave without key
  }

  expect_failures = [
    var.deployment,
    var.web_search,
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
