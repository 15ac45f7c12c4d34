# The key that tables, queues, secrets, parameters, logs, images and alarms are encrypted with.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  account    = data.aws_caller_identity.current.account_id
  log_groups = "arn:${data.aws_partition.current.partition}:logs:${data.aws_region.current.id}:${local.account}:log-group"
}

resource "aws_kms_key" "data" {
  description             = "${var.name}: data at rest"
  enable_key_rotation     = true
  deletion_window_in_days = var.deletion_window_in_days
  policy                  = data.aws_iam_policy_document.data.json
}

resource "aws_kms_alias" "data" {
  name          = "alias/${var.name}-data"
  target_key_id = aws_kms_key.data.key_id
}

# In a key's own policy "*" is this key.
data "aws_iam_policy_document" "data" {
  #checkov:skip=CKV_AWS_109:a key that its account can't administer is lost
  #checkov:skip=CKV_AWS_111:a key that its account can't administer is lost
  #checkov:skip=CKV_AWS_356:in a key's own policy "*" is this key

  statement {
    sid       = "TheAccountDecidesByIam"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:${data.aws_partition.current.partition}:iam::${local.account}:root"]
    }
  }

  statement {
    sid       = "LogGroupsOfThisProduct"
    actions   = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["logs.${data.aws_region.current.id}.amazonaws.com"]
    }

    condition {
      test     = "ArnLike"
      variable = "kms:EncryptionContext:aws:logs:arn"
      # AgentCore's names have no dashes.
      values = [
        for path in ["/${var.name}/*", "/aws/*/${var.name}*", "/aws/*/${replace(var.name, "-", "_")}*"] :
        "${local.log_groups}:${path}"
      ]
    }
  }

  statement {
    sid       = "AlarmsThatPublish"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey*"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }
}
