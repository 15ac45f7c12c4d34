# What a variable refuses; nothing here reaches AWS.

mock_provider "aws" {
  mock_data "aws_availability_zones" {
    defaults = { names = ["us-east-1a", "us-east-1b", "us-east-1c"] }
  }
}

variables {
  name = "bizassist"
}

run "refused" {
  command = plan

  variables {
    name  = "BizAssist"    # a name with capitals
    cidr  = "10.40.0.0/28" # a range too small
    zones = 1              # a single zone
  }

  expect_failures = [
    var.name,
    var.cidr,
    var.zones,
  ]
}
