# What the chat service keeps: tables, buckets, the inbox, the key of refresh tokens, the platforms'
# secrets.

locals {
  tables = {
    links         = { partition_key = "chat_user" }
    link_requests = { partition_key = "id", expires = true }
    sessions      = { partition_key = "id", expires = true }
    audit         = { partition_key = "day", sort_key = "position" }
    forgetting    = { partition_key = "subject", expires = true }
    workspaces    = { partition_key = "workspace" }
    ledger        = { partition_key = "turn", expires = true }
    transcripts   = { partition_key = "conversation", sort_key = "position", expires = true }
  }
  indexes = {
    links = {
      by_subject = { partition_key = "subject" }
      # Links whose chat users' questions may still have to be queued; none that is older.
      by_outbox = { partition_key = "outbox", sort_key = "outbox_at", attributes = ["link_state"] }
    }
    sessions = { by_subject = { partition_key = "subject" } }
    ledger = {
      by_waiting = { partition_key = "waiting_for" }
      # Enough for a list of a day's questions; never what was asked or answered.
      by_day = {
        partition_key = "asked_on"
        sort_key      = "asked_at"
        attributes = [
          "state", "platform", "chat_user", "subject", "trace", "problem", "feedback",
          "model", "tools", "input_tokens", "output_tokens", "milliseconds",
        ]
      }
    }
  }
  parameters = merge(
    { for table, made in module.table : "${table}_table" => made.name },
    { for bucket, made in module.bucket : "${bucket}_bucket" => made.name },
    {
      tokens_key_id   = aws_kms_key.tokens.key_id
      inbox_url       = aws_sqs_queue.inbox.url
      dead_letter_url = aws_sqs_queue.dead_letter.url

      personal_data_role_arn = aws_iam_role.personal_data.arn
    },
  )
}

module "table" {
  source   = "../table"
  for_each = local.tables

  name                = "${var.deployment.name}-${replace(each.key, "_", "-")}"
  partition_key       = each.value.partition_key
  sort_key            = lookup(each.value, "sort_key", null)
  indexes             = lookup(local.indexes, each.key, {})
  expires             = lookup(each.value, "expires", false)
  kms_key_arn         = var.deployment.kms_key_arn
  deletion_protection = var.deployment.deletion_protection
}

# The company's policies, which the agent reads, and the files that people attach to questions.
module "bucket" {
  source = "../bucket"
  for_each = {
    policies = { expire_days = null, keep_old_versions_days = 365 }
    uploads  = { expire_days = var.upload_days, keep_old_versions_days = 1 }
  }

  name                   = "${var.deployment.name}-${each.key}-${local.account}-${local.region}"
  kms_key_arn            = var.deployment.kms_key_arn
  expire_days            = each.value.expire_days
  keep_old_versions_days = each.value.keep_old_versions_days
  deletion_protection    = var.deployment.deletion_protection
}

resource "aws_sqs_queue" "dead_letter" {
  name                      = "${var.deployment.name}-dead-letter.fifo"
  fifo_queue                = true
  message_retention_seconds = 1209600
  kms_master_key_id         = var.deployment.kms_key_arn
}

resource "aws_sqs_queue" "inbox" {
  name                       = "${var.deployment.name}-inbox.fifo"
  fifo_queue                 = true
  deduplication_scope        = "messageGroup"
  fifo_throughput_limit      = "perMessageGroupId"
  visibility_timeout_seconds = 60
  message_retention_seconds  = 345600
  kms_master_key_id          = var.deployment.kms_key_arn

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead_letter.arn
    maxReceiveCount     = 100 # only what kills whoever takes it; the service buries the rest by the clock
  })
}

resource "aws_sqs_queue_redrive_allow_policy" "dead_letter" {
  queue_url = aws_sqs_queue.dead_letter.url

  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [aws_sqs_queue.inbox.arn]
  })
}

data "aws_iam_policy_document" "tls_only" {
  for_each = { inbox = aws_sqs_queue.inbox, dead_letter = aws_sqs_queue.dead_letter }

  statement {
    sid       = "TlsOnly"
    effect    = "Deny"
    actions   = ["sqs:*"]
    resources = [each.value.arn]

    principals {
      type        = "AWS"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_sqs_queue_policy" "tls_only" {
  for_each = { inbox = aws_sqs_queue.inbox, dead_letter = aws_sqs_queue.dead_letter }

  queue_url = each.value.url
  policy    = data.aws_iam_policy_document.tls_only[each.key].json
}

# Apart from the key of everything else: the account administers it, the running service uses it.
resource "aws_kms_key" "tokens" {
  description             = "${var.deployment.name}: refresh tokens"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = data.aws_iam_policy_document.tokens.json
}

# In a key's own policy "*" is this key.
data "aws_iam_policy_document" "tokens" {
  #checkov:skip=CKV_AWS_109:a key that its account can't administer is lost
  #checkov:skip=CKV_AWS_111:a key that its account can't administer is lost
  #checkov:skip=CKV_AWS_356:in a key's own policy "*" is this key

  statement {
    sid = "TheAccountAdministers"
    actions = [
      "kms:CancelKeyDeletion",
      "kms:DescribeKey",
      "kms:DisableKey",
      "kms:EnableKey",
      "kms:EnableKeyRotation",
      "kms:GetKeyPolicy",
      "kms:GetKeyRotationStatus",
      "kms:ListGrants",
      "kms:ListKeyPolicies",
      "kms:ListKeyRotations",
      "kms:ListResourceTags",
      "kms:PutKeyPolicy",
      "kms:RotateKeyOnDemand",
      "kms:ScheduleKeyDeletion",
      "kms:TagResource",
      "kms:UntagResource",
      "kms:UpdateAlias",
      "kms:UpdateKeyDescription",
      "kms:CreateAlias",
      "kms:DeleteAlias",
    ]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:${local.partition}:iam::${local.account}:root"]
    }
  }

  statement {
    sid       = "TheServiceUses"
    actions   = ["kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.task.arn]
    }
  }
}

resource "aws_kms_alias" "tokens" {
  name          = "alias/${var.deployment.name}-tokens"
  target_key_id = aws_kms_key.tokens.key_id
}

# Their values are put by hand, so that they are never in Terraform's state.
resource "aws_secretsmanager_secret" "platform" {
  for_each = local.secret_keys

  name                    = "${var.deployment.name}/${each.key}"
  description             = "JSON with ${join(", ", values(each.value))}"
  kms_key_id              = var.deployment.kms_key_arn
  recovery_window_in_days = var.deployment.deletion_protection ? 30 : 0
}

resource "aws_ssm_parameter" "this" {
  for_each = local.parameters

  name  = "${var.deployment.parameter_prefix}/${each.key}"
  type  = "String"
  value = each.value
}
