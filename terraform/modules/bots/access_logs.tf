# Who called the load balancer. It writes to buckets with S3's own key only.

locals {
  access_logs = "${var.deployment.name}-access-logs-${local.account}-${local.region}"
}

module "access_logs" {
  source = "../bucket"

  name                = local.access_logs
  expire_days         = var.deployment.log_retention_days
  policy              = data.aws_iam_policy_document.access_logs.json
  deletion_protection = var.deployment.deletion_protection
}

# The path names the account: other accounts' load balancers write to theirs.
data "aws_iam_policy_document" "access_logs" {
  statement {
    sid       = "LoadBalancerWrites"
    actions   = ["s3:PutObject"]
    resources = ["arn:${local.partition}:s3:::${local.access_logs}/AWSLogs/${local.account}/*"]

    principals {
      type        = "Service"
      identifiers = ["logdelivery.elasticloadbalancing.amazonaws.com"]
    }
  }
}
