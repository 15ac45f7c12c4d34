# Assumed for one person at a time, by the session tag `sub`: AWS then refuses everyone else's
# memory, whatever we might ask for by mistake. bizassist/local/provision/agentcore.py has the same.

locals {
  sub           = "$${aws:PrincipalTag/sub}"
  own_namespace = "/people/${local.sub}/*"
}

data "aws_iam_policy_document" "memory_trust" {
  statement {
    sid     = "AsOnePerson"
    actions = ["sts:AssumeRole", "sts:TagSession"]

    principals {
      type        = "AWS"
      identifiers = concat([aws_iam_role.runtime.arn], var.memory_readers)
    }

    # A session without a person would match no policy below; it isn't even let in.
    condition {
      test     = "StringLike"
      variable = "aws:RequestTag/sub"
      values   = ["?*"]
    }

    condition {
      test     = "ForAllValues:StringEquals"
      variable = "aws:TagKeys"
      values   = ["sub"]
    }
  }
}

resource "aws_iam_role" "memory" {
  name               = "${var.deployment.name}-memory"
  description        = "One person's memory, by the session tag sub"
  assume_role_policy = data.aws_iam_policy_document.memory_trust.json
}

data "aws_iam_policy_document" "own_memory" {
  statement {
    actions = [
      "bedrock-agentcore:CreateEvent",
      "bedrock-agentcore:GetEvent",
      "bedrock-agentcore:DeleteEvent",
      "bedrock-agentcore:ListEvents",
      "bedrock-agentcore:ListSessions",
    ]
    resources = [aws_bedrockagentcore_memory.this.arn]

    condition {
      test     = "StringEquals"
      variable = "bedrock-agentcore:actorId"
      values   = [local.sub]
    }
  }

  # Requests for records carry the one key or the other, and no actor. Batches name none, so they are
  # nobody's.
  statement {
    actions = [
      "bedrock-agentcore:ListMemoryRecords",
      "bedrock-agentcore:RetrieveMemoryRecords",
    ]
    resources = [aws_bedrockagentcore_memory.this.arn]

    condition {
      test     = "StringLike"
      variable = "bedrock-agentcore:namespace"
      values   = [local.own_namespace]
    }
  }

  # Requests for a single record name its namespace for this comparison (service model of 2026);
  # IAM's service reference doesn't list the key for them. Where AWS doesn't compare it, forgetting
  # must work all the same: who knows a record's id is asked for its namespace by our code.
  statement {
    actions = [
      "bedrock-agentcore:GetMemoryRecord",
      "bedrock-agentcore:DeleteMemoryRecord",
    ]
    resources = [aws_bedrockagentcore_memory.this.arn]

    condition {
      test     = "StringLikeIfExists"
      variable = "bedrock-agentcore:namespace"
      values   = [local.own_namespace]
    }
  }

  statement {
    actions = [
      "bedrock-agentcore:ListMemoryRecords",
      "bedrock-agentcore:RetrieveMemoryRecords",
    ]
    resources = [aws_bedrockagentcore_memory.this.arn]

    condition {
      test     = "StringLike"
      variable = "bedrock-agentcore:namespacePath"
      values   = [local.own_namespace]
    }
  }
}

resource "aws_iam_role_policy" "memory" {
  name   = "own-memory"
  role   = aws_iam_role.memory.id
  policy = data.aws_iam_policy_document.own_memory.json
}

# Only where memory is under a key of ours; then whoever reads it needs the key as well.
data "aws_iam_policy_document" "memory_key" {
  count = var.agentcore_kms_key_arn == null ? 0 : 1

  statement {
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [var.agentcore_kms_key_arn]

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["bedrock-agentcore.${local.region}.amazonaws.com"]
    }
  }
}

resource "aws_iam_role_policy" "memory_key" {
  count = var.agentcore_kms_key_arn == null ? 0 : 1

  name   = "memory-key"
  role   = aws_iam_role.memory.id
  policy = data.aws_iam_policy_document.memory_key[0].json
}
