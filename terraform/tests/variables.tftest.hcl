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
    certificate_arn    = null                            # neither certificate nor zone
    log_retention_days = 0                               # logs that never end
    alarm_emails       = ["ops"]                         # an alarm to nobody
    managed_login      = { settings = "blue" }           # a style that is no JSON
    memory_readers     = ["doctor"]                      # a role that is none
  }

  expect_failures = [
    var.region,
    var.name,
    var.domain_name,
    var.image_tag,
    var.certificate_arn,
    var.log_retention_days,
    var.alarm_emails,
    var.managed_login,
    var.memory_readers,
  ]
}

run "a_logo_without_a_style" {
  command = plan

  variables {
    managed_login = { logo_svg = "<svg/>" }
  }

  expect_failures = [
    var.managed_login,
  ]
}

run "another_regions_profile_and_search" {
  command = plan

  variables {
    region = "eu-central-1"
    model  = "bedrock:us.anthropic.claude-sonnet-4-6" # a profile of another continent
  }

  expect_failures = [
    var.model,
    var.web_search, # managed search isn't there either
  ]
}

run "two_web_acls" {
  command = plan

  variables {
    web_acl     = true
    web_acl_arn = "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/mine/0a"
  }

  expect_failures = [
    var.web_acl,
  ]
}
