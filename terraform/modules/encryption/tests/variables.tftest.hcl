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
  name = "bizassist"
}

run "a_month_to_change_ones_mind" {
  command = plan

  assert {
    condition     = aws_kms_key.data.deletion_window_in_days == 30 && aws_kms_key.data.enable_key_rotation
    error_message = "The default has changed."
  }
}

run "refused" {
  command = plan

  variables {
    name                    = "BizAssist" # a name with capitals
    deletion_window_in_days = 3           # a key gone too soon
  }

  expect_failures = [
    var.name,
    var.deletion_window_in_days,
  ]
}
