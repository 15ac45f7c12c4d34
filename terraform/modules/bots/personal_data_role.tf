# Assumed for one export or one erasure at a time, by the chat service for a person who wants it of
# their own data, and by the operators named for it: it may read whole tables and take rows away,
# which the service itself may not. bizassist/local/provision/personal_data.py has the same.

locals {
  with_personal_data = ["links", "link_requests", "sessions", "forgetting", "workspaces", "ledger", "transcripts"]
}

data "aws_iam_policy_document" "personal_data_trust" {
  statement {
    sid     = "ForOneErasure"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = concat([aws_iam_role.task.arn], var.personal_data_operators)
    }
  }
}

resource "aws_iam_role" "personal_data" {
  name               = "${var.deployment.name}-personal-data"
  description        = "Exports and erases what is kept of a person or a workspace"
  assume_role_policy = data.aws_iam_policy_document.personal_data_trust.json
}

data "aws_iam_policy_document" "personal_data" {
  # The audit log is not among them: what was done stays known.
  statement {
    sid       = "Rows"
    actions   = ["dynamodb:Scan", "dynamodb:DeleteItem"]
    resources = [for table in local.with_personal_data : module.table[table].arn]
  }

  statement {
    sid       = "FileNames"
    actions   = ["s3:ListBucket", "s3:ListBucketVersions"]
    resources = [module.bucket["uploads"].arn]
  }

  statement {
    sid       = "Files"
    actions   = ["s3:GetObject", "s3:DeleteObject", "s3:DeleteObjectVersion"]
    resources = ["${module.bucket["uploads"].arn}/*"]
  }

  statement {
    sid       = "DataKey"
    actions   = ["kms:Decrypt"]
    resources = [var.deployment.kms_key_arn]

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = [for service in ["dynamodb", "s3"] : "${service}.${local.region}.amazonaws.com"]
    }
  }
}

resource "aws_iam_role_policy" "personal_data" {
  name   = "export-and-erase"
  role   = aws_iam_role.personal_data.id
  policy = data.aws_iam_policy_document.personal_data.json
}
