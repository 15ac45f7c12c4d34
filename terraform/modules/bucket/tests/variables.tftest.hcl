# What a variable refuses; nothing here reaches AWS.

mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
}

variables {
  name        = "bizassist-uploads-123456789012-us-east-1"
  kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
}

run "objects_that_stay" {
  command = plan

  assert {
    condition     = length(aws_s3_bucket_lifecycle_configuration.this.rule[0].expiration) == 0
    error_message = "The default has changed."
  }
}

run "objects_that_go" {
  command = plan

  variables {
    expire_days = 90
  }

  assert {
    condition     = aws_s3_bucket_lifecycle_configuration.this.rule[0].expiration[0].days == 90
    error_message = "Objects don't expire."
  }
}

run "refused" {
  command = plan

  variables {
    name                   = "Uploads"    # a name with capitals
    kms_key_arn            = "alias/data" # a key that is none
    expire_days            = 0            # objects that never were
    keep_old_versions_days = 0            # versions that never were
    policy                 = "public"     # a policy that is none
  }

  expect_failures = [
    var.name,
    var.kms_key_arn,
    var.expire_days,
    var.keep_old_versions_days,
    var.policy,
  ]
}
