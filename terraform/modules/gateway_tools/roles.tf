# What each function may do.

locals {
  account_arn = "${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}"
  # What a target may do beyond its log; a target that isn't named here may do nothing else.
  rights = {
    search   = concat(local.managed_search, local.search_key)
    warranty = [{ actions = ["dynamodb:GetItem", "dynamodb:Scan"], resources = [module.table["warranty"].arn] }, local.key]
  }
  # The tool is AWS's own: "aws" stands where an account would.
  managed_search = var.web_search.provider == "agentcore" ? [
    {
      actions   = ["bedrock-agentcore:InvokeWebSearch"]
      resources = ["arn:${data.aws_partition.current.partition}:bedrock-agentcore:${data.aws_region.current.id}:aws:tool/web-search.v1"]
    }
  ] : []
  search_key = var.web_search.key_parameter == null ? [] : [
    {
      actions   = ["ssm:GetParameter"]
      resources = ["arn:${data.aws_partition.current.partition}:ssm:${local.account_arn}:parameter${var.web_search.key_parameter}"]
    },
    local.key,
  ]
  key = { actions = ["kms:Decrypt"], resources = [var.deployment.kms_key_arn] }
}

data "aws_iam_policy_document" "lambda" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "tools" {
  for_each = local.functions

  name               = each.value
  description        = "What the Gateway target ${each.key} may do"
  assume_role_policy = data.aws_iam_policy_document.lambda.json
}

data "aws_iam_policy_document" "tools" {
  for_each = local.functions

  statement {
    sid       = "Log"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.tools[each.key].arn}:*"]
  }

  # X-Ray knows no resources.
  statement {
    sid       = "Trace"
    actions   = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]
    resources = ["*"]
  }

  dynamic "statement" {
    for_each = concat(lookup(local.rights, each.key, []), lookup(var.rights, each.key, []))

    content {
      actions   = statement.value.actions
      resources = statement.value.resources
    }
  }
}

resource "aws_iam_role_policy" "tools" {
  for_each = local.functions

  name   = "own-target"
  role   = aws_iam_role.tools[each.key].id
  policy = data.aws_iam_policy_document.tools[each.key].json
}
