# What a variable refuses; nothing here reaches AWS.

mock_provider "aws" {}

variables {
  name = "bizassist"
}

run "events_may_be_long" {
  command = plan

  assert {
    condition     = can(regex(var.long_bodies, "/slack/events"))
    error_message = "The default has changed."
  }
}

run "refused" {
  command = plan

  variables {
    name        = "biz assist" # a name with a space
    long_bodies = "/slack/"    # a path that is anywhere
  }

  expect_failures = [
    var.name,
    var.long_bodies,
  ]
}
