# What a variable refuses; nothing here reaches AWS.

mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }

  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
  mock_data "aws_availability_zones" {
    defaults = { names = ["us-east-1a", "us-east-1b", "us-east-1c"] }
  }
}

variables {
  domain_name     = "assistant.example.com"
  certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
  image_tag       = "1.0.0"
}

run "refused" {
  command = plan

  variables {
    region             = "Frankfurt"                     # a place that is no region
    name               = "BizAssist"                     # a name with capitals
    domain_name        = "https://assistant.example.com" # an address for a name
    image_tag          = "latest"                        # the latest image
    model              = "gpt"                           # an unknown model
    model_base_url     = "llm"                           # an address that is none
    password_policy    = { minimum_length = 6 }          # a weak password
    mfa                = "SOMETIMES"                     # a second factor that is none
    refresh_token_days = 3650                            # a link for ever
    web_acl_arn        = "my-acl"                        # a web ACL that is none
    upload_days        = 0                               # files that never were
    allowed_cidrs      = ["203.0.113.7/99"]              # an address that is no range
    platforms          = ["irc"]                         # an unknown platform
    cpu                = 300                             # an odd processor
    capacity           = { min = 5, max = 2 }            # more at least than at most
    web_search         = { provider = "gopher" }         # an unknown search provider
    log_retention_days = 0                               # logs that never end
    alarm_emails       = ["ops"]                         # an alarm to nobody
  }

  expect_failures = [
    var.region,
    var.name,
    var.domain_name,
    var.image_tag,
    var.model,
    var.model_base_url,
    var.password_policy,
    var.mfa,
    var.refresh_token_days,
    var.web_acl_arn,
    var.upload_days,
    var.allowed_cidrs,
    var.platforms,
    var.cpu,
    var.capacity,
    var.web_search,
    var.log_retention_days,
    var.alarm_emails,
  ]
}

run "refused_too_1" {
  command = plan

  variables {
    certificate_arn = null                                      # neither certificate nor zone
    password_policy = { temporary_password_validity_days = 90 } # an invitation that stays open
    memory          = 256                                       # too little memory
    web_search      = { provider = "searxng" }                  # searxng without address
  }

  expect_failures = [
    var.certificate_arn,
    var.password_policy,
    var.memory,
    var.web_search,
  ]
}

run "refused_too_2" {
  command = plan

  variables {
    web_search = { provider = "brave" } # brave without key
  }

  expect_failures = [
    var.web_search,
  ]
}
