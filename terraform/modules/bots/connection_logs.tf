# Who connected to the load balancer, and not for what: the address of a request may be a secret (a
# link, an undo, the code of a sign-in), and a log of requests would keep it for months. It writes to
# buckets with S3's own key only.

locals {
  connections = "${var.deployment.name}-connections-${local.account}-${local.region}"
}

module "connections" {
  source = "../bucket"

  name                = local.connections
  expire_days         = var.deployment.log_retention_days
  policy              = data.aws_iam_policy_document.connections.json
  deletion_protection = var.deployment.deletion_protection
}

# The path names the account: other accounts' load balancers write to theirs.
data "aws_iam_policy_document" "connections" {
  statement {
    sid       = "LoadBalancerWrites"
    actions   = ["s3:PutObject"]
    resources = ["arn:${local.partition}:s3:::${local.connections}/AWSLogs/${local.account}/*"]

    principals {
      type        = "Service"
      identifiers = ["logdelivery.elasticloadbalancing.amazonaws.com"]
    }
  }
}
