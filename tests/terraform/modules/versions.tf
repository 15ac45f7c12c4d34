terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7.0"
    }
  }
}

provider "aws" {
  region                      = "us-east-1"
  access_key                  = "local"
  secret_key                  = "local"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
  s3_use_path_style           = true

  default_tags {
    tags = { Product = "bizassist", ManagedBy = "terraform", Environment = "test" }
  }

  # Each by name: a service that is forgotten here would reach for AWS itself.
  endpoints {
    acm            = var.aws
    cloudwatch     = var.aws
    cognitoidp     = var.aws
    dynamodb       = var.aws
    ec2            = var.aws
    ecr            = var.aws
    ecs            = var.aws
    elbv2          = var.aws
    iam            = var.aws
    kms            = var.aws
    lambda         = var.aws
    logs           = var.aws
    s3             = var.aws
    secretsmanager = var.aws
    sns            = var.aws
    sqs            = var.aws
    ssm            = var.aws
    sts            = var.aws
    wafv2          = var.aws
  }
}
