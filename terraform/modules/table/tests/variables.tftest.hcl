# What a variable refuses; nothing here reaches AWS.

mock_provider "aws" {}

variables {
  name          = "bizassist-links"
  partition_key = "chat_user"
  kms_key_arn   = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
}

run "a_table_that_stays" {
  command = plan

  assert {
    condition     = aws_dynamodb_table.this.deletion_protection_enabled
    error_message = "The default has changed."
  }
}

run "refused" {
  command = plan

  variables {
    name        = "ab"         # a short name
    kms_key_arn = "alias/data" # a key that is none
  }

  expect_failures = [
    var.name,
    var.kms_key_arn,
  ]
}
