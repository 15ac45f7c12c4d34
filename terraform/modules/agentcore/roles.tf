# What the agent's container and the Gateway may do.

locals {
  bedrock_ids = {
    for use, setting in { answer = var.model, embed = var.policy_embedder } :
    use => trimprefix(setting, "bedrock:") if startswith(setting, "bedrock:")
  }
  # `bedrock:eu.anthropic.…` names an inference profile, which calls the model in several regions.
  bedrock_arns = {
    for use, id in local.bedrock_ids :
    use => can(regex("^(us|us-gov|eu|apac|jp|au|global)\\.", id)) ? [
      "arn:${local.partition}:bedrock:${local.here}:inference-profile/${id}",
      "arn:${local.partition}:bedrock:*::foundation-model/${join(".", slice(split(".", id), 1, length(split(".", id))))}",
    ] : ["arn:${local.partition}:bedrock:${local.region}::foundation-model/${id}"]
  }
  derived_models   = tolist(try(local.bedrock_arns["answer"], []))
  embedding_models = tolist(try(local.bedrock_arns["embed"], []))
  models           = var.model_arns == null ? local.derived_models : var.model_arns
  runtime_logs     = "arn:${local.partition}:logs:${local.here}:log-group:/aws/bedrock-agentcore/runtimes/${local.identifier}-*"
}

data "aws_iam_policy_document" "agentcore" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["bedrock-agentcore.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = ["arn:${local.partition}:bedrock-agentcore:${local.here}:*"]
    }
  }
}

resource "aws_iam_role" "runtime" {
  name               = "${var.deployment.name}-runtime"
  description        = "What the agent may do; nobody's memory is among it"
  assume_role_policy = data.aws_iam_policy_document.agentcore.json
}

data "aws_iam_policy_document" "runtime" {
  statement {
    sid       = "PullImage"
    actions   = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    resources = [var.image.repository_arn]
  }

  # Knows no resources.
  statement {
    sid       = "SignInToRegistry"
    actions   = ["ecr:GetAuthorizationToken"]
    resources = ["*"]
  }

  statement {
    sid       = "Log"
    actions   = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    resources = [local.runtime_logs, "${local.runtime_logs}:log-stream:*"]
  }

  statement {
    sid       = "FindLogs"
    actions   = ["logs:DescribeLogGroups"]
    resources = ["arn:${local.partition}:logs:${local.here}:log-group:*"]
  }

  # X-Ray knows no resources.
  statement {
    sid = "Trace"
    actions = [
      "xray:GetSamplingRules",
      "xray:GetSamplingTargets",
      "xray:PutSpans",
      "xray:PutSpansForIndexing",
      "xray:PutTelemetryRecords",
      "xray:PutTraceSegments",
    ]
    resources = ["*"]
  }

  statement {
    sid       = "Measure"
    actions   = ["cloudwatch:PutMetricData"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "cloudwatch:namespace"
      values   = ["bedrock-agentcore"]
    }
  }

  statement {
    sid       = "ReadSettings"
    actions   = ["ssm:GetParametersByPath"]
    resources = ["arn:${local.partition}:ssm:${local.here}:parameter${var.deployment.parameter_prefix}"]
  }

  # The token by which all sessions call the Gateway; whichever fetches one writes it down.
  statement {
    sid       = "ShareTheGatewaysToken"
    actions   = ["ssm:GetParameter", "ssm:PutParameter"]
    resources = [aws_ssm_parameter.gateway_token.arn]
  }

  statement {
    sid       = "EncryptTheGatewaysToken"
    actions   = ["kms:Encrypt"]
    resources = [var.deployment.kms_key_arn]

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["ssm.${local.region}.amazonaws.com"]
    }
  }

  statement {
    sid       = "DecryptWhatItReads"
    actions   = ["kms:Decrypt"]
    resources = [var.deployment.kms_key_arn]

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = [for service in ["dynamodb", "s3", "ssm"] : "${service}.${local.region}.amazonaws.com"]
    }
  }

  statement {
    sid       = "FindClients"
    actions   = ["dynamodb:Scan"]
    resources = [var.clients_table_arn]
  }

  statement {
    sid       = "ListPolicies"
    actions   = ["s3:ListBucket"]
    resources = [var.policies_bucket_arn]
  }

  statement {
    sid       = "ReadPolicies"
    actions   = ["s3:GetObject"]
    resources = ["${var.policies_bucket_arn}/*"]
  }

  # Beyond this it has no right to anyone's memory.
  statement {
    sid       = "BeOnePersonInMemory"
    actions   = ["sts:AssumeRole", "sts:TagSession"]
    resources = ["arn:${local.partition}:iam::${local.account}:role/${var.deployment.name}-memory"]
  }

  dynamic "statement" {
    for_each = length(local.models) == 0 ? [] : [local.models]

    content {
      sid       = "AskModels"
      actions   = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"]
      resources = statement.value
    }
  }

  dynamic "statement" {
    for_each = length(local.embedding_models) == 0 ? [] : [local.embedding_models]

    content {
      sid       = "EmbedQuestionsAndPolicies"
      actions   = ["bedrock:InvokeModel"]
      resources = statement.value
    }
  }

  dynamic "statement" {
    for_each = var.guardrail == null ? [] : [var.guardrail]

    content {
      sid       = "ApplyGuardrail"
      actions   = ["bedrock:ApplyGuardrail"]
      resources = ["arn:${local.partition}:bedrock:${local.here}:guardrail/${statement.value.id}"]
    }
  }
}

resource "aws_iam_role_policy" "runtime" {
  name   = "answer"
  role   = aws_iam_role.runtime.id
  policy = data.aws_iam_policy_document.runtime.json
}

resource "aws_iam_role" "gateway" {
  name               = "${var.deployment.name}-gateway"
  description        = "Calls the tools' functions"
  assume_role_policy = data.aws_iam_policy_document.agentcore.json
}

data "aws_iam_policy_document" "gateway" {
  statement {
    sid       = "CallTools"
    actions   = ["lambda:InvokeFunction"]
    resources = values(var.tools.function_arns)
  }

  dynamic "statement" {
    for_each = var.agentcore_kms_key_arn == null ? [] : [var.agentcore_kms_key_arn]

    content {
      sid       = "OwnKey"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = [statement.value]
    }
  }
}

resource "aws_iam_role_policy" "gateway" {
  name   = "call-tools"
  role   = aws_iam_role.gateway.id
  policy = data.aws_iam_policy_document.gateway.json
}
