# Who starts the service (execution) and what the running service may do (task).

data "aws_iam_policy_document" "tasks" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }
}

resource "aws_iam_role" "execution" {
  name               = "${local.service}-execution"
  description        = "Starts the chat service: image, secrets, log"
  assume_role_policy = data.aws_iam_policy_document.tasks.json
}

data "aws_iam_policy_document" "execution" {
  # Without a resource type in IAM's service reference.
  statement {
    sid       = "Registry"
    actions   = ["ecr:GetAuthorizationToken"]
    resources = ["*"]
  }

  statement {
    sid       = "Image"
    actions   = ["ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"]
    resources = [aws_ecr_repository.this["bots"].arn]
  }

  statement {
    sid       = "Log"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.service.arn}:*"]
  }

  statement {
    sid       = "PlatformSecrets"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = values(aws_secretsmanager_secret.platform)[*].arn
  }

  statement {
    sid       = "DataKey"
    actions   = ["kms:Decrypt"]
    resources = [var.deployment.kms_key_arn]

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["secretsmanager.${local.region}.amazonaws.com"]
    }
  }
}

resource "aws_iam_role_policy" "execution" {
  name   = "start"
  role   = aws_iam_role.execution.id
  policy = data.aws_iam_policy_document.execution.json
}

resource "aws_iam_role" "task" {
  name               = "${local.service}-task"
  description        = "What the running chat service may do"
  assume_role_policy = data.aws_iam_policy_document.tasks.json
}

locals {
  table_actions = {
    links         = ["GetItem", "PutItem", "UpdateItem", "Scan"]
    link_requests = ["GetItem", "PutItem", "UpdateItem"]
    sessions      = ["GetItem", "PutItem", "DeleteItem"]
    audit         = ["PutItem", "Query"]
    forgetting    = ["GetItem", "PutItem", "UpdateItem", "Scan"]
    workspaces    = ["GetItem", "PutItem", "UpdateItem", "Scan"]
    ledger        = ["BatchGetItem", "DescribeTable", "GetItem", "UpdateItem"]
    transcripts   = ["GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query"]
  }
}

data "aws_iam_policy_document" "task" {
  # What administrators are told of documents that can't be read.
  statement {
    sid       = "PolicyReport"
    actions   = ["s3:GetObject"]
    resources = ["${module.bucket["policies"].arn}/.index/report.json"]
  }

  statement {
    sid       = "Parameters"
    actions   = ["ssm:GetParametersByPath"]
    resources = [for path in ["", "/*"] : "arn:${local.partition}:ssm:${local.region}:${local.account}:parameter${var.deployment.parameter_prefix}${path}"]
  }

  # What each table is for, and no more: an audit row can't be changed or taken away, a link ends by
  # its state, and only sessions and transcripts lose rows.
  dynamic "statement" {
    for_each = local.table_actions

    content {
      sid       = "Table${replace(title(replace(statement.key, "_", " ")), " ", "")}"
      actions   = [for action in statement.value : "dynamodb:${action}"]
      resources = [module.table[statement.key].arn]
    }
  }

  statement {
    sid       = "Indexes"
    actions   = ["dynamodb:Query"]
    resources = flatten([for table, indexes in local.indexes : [for index in keys(indexes) : "${module.table[table].arn}/index/${index}"]])
  }

  statement {
    sid = "Inbox"
    actions = [
      "sqs:ChangeMessageVisibility",
      "sqs:DeleteMessage",
      "sqs:GetQueueAttributes",
      "sqs:ReceiveMessage",
      "sqs:SendMessage",
    ]
    resources = [aws_sqs_queue.inbox.arn, aws_sqs_queue.dead_letter.arn]
  }

  statement {
    sid       = "Uploads"
    actions   = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
    resources = ["${module.bucket["uploads"].arn}/*"]
  }

  statement {
    sid       = "DataKey"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [var.deployment.kms_key_arn]

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      # Not SSM: the secrets among the parameters are the agent's.
      values = [for service in ["dynamodb", "s3", "sqs"] : "${service}.${local.region}.amazonaws.com"]
    }
  }

  # X-Ray knows no resources.
  dynamic "statement" {
    for_each = var.deployment.tracing ? [true] : []

    content {
      sid       = "Trace"
      actions   = ["xray:PutSpans", "xray:PutSpansForIndexing", "xray:PutTraceSegments"]
      resources = ["*"]
    }
  }

  statement {
    sid       = "RefreshTokensAndResults"
    actions   = ["kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey"]
    resources = [aws_kms_key.tokens.arn]
  }

  statement {
    sid       = "People"
    actions   = ["cognito-idp:AdminGetUser", "cognito-idp:ListUsers", "cognito-idp:ListUsersInGroup"]
    resources = [var.user_pool_arn]
  }

  # IAM knows no condition for a group or a person: whoever may invite may make an administrator.
  dynamic "statement" {
    for_each = var.invitations ? [true] : []

    content {
      sid = "Invitations"
      actions = [
        "cognito-idp:AdminAddUserToGroup",
        "cognito-idp:AdminCreateUser",
        "cognito-idp:AdminSetUserPassword",
      ]
      resources = [var.user_pool_arn]
    }
  }

  # The setup checklist asks whether it is there; this shows nobody's memories.
  statement {
    sid       = "MemoryIsThere"
    actions   = ["bedrock-agentcore:GetMemory"]
    resources = [var.memory_arn]
  }

  # Beyond this it has no right to anyone's memory.
  statement {
    sid       = "OwnMemories"
    actions   = ["sts:AssumeRole", "sts:TagSession"]
    resources = [var.memory_role_arn]
  }

  # What only an export or an erasure needs, for as long as it takes.
  statement {
    sid       = "PersonalData"
    actions   = ["sts:AssumeRole"]
    resources = [aws_iam_role.personal_data.arn]
  }
}

resource "aws_iam_role_policy" "task" {
  name   = "serve"
  role   = aws_iam_role.task.id
  policy = data.aws_iam_policy_document.task.json
}
