# AWS WAF before the load balancer: AWS's managed rules, without those that read what people write.
# A chat speaks of SQL, of scripts and of addresses, and its text is longer than WAF reads. What a
# body may be and hold is checked by the service itself, for every route, after the sender is known.

locals {
  # Rules of each group that judge a body; they count what they would have refused.
  managed = {
    AWSManagedRulesCommonRuleSet = [
      "CrossSiteScripting_BODY",
      "EC2MetaDataSSRF_BODY",
      "GenericLFI_BODY",
      "GenericRFI_BODY",
      "SizeRestrictions_BODY",
    ]
    AWSManagedRulesKnownBadInputsRuleSet = [
      "JavaDeserializationRCE_BODY",
      "Log4JRCE_BODY",
      "ReactJSRCE_BODY",
    ]
    AWSManagedRulesAmazonIpReputationList = []
  }
  # As much of a body as WAF reads before a load balancer.
  inspected_bytes = 8192
}

resource "aws_wafv2_web_acl" "this" {
  name        = var.name
  description = "Managed rules, and long bodies only where questions, files and events arrive"
  scope       = "REGIONAL"

  default_action {
    allow {}
  }

  rule {
    name     = "long-bodies-elsewhere"
    priority = 0

    action {
      block {}
    }

    statement {
      and_statement {
        statement {
          size_constraint_statement {
            comparison_operator = "GE"
            size                = local.inspected_bytes

            field_to_match {
              body {
                oversize_handling = "MATCH"
              }
            }

            text_transformation {
              priority = 0
              type     = "NONE"
            }
          }
        }

        statement {
          not_statement {
            statement {
              regex_match_statement {
                regex_string = var.long_bodies

                field_to_match {
                  uri_path {}
                }

                text_transformation {
                  priority = 0
                  type     = "NONE"
                }
              }
            }
          }
        }
      }
    }

    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "${var.name}-long-bodies"
      sampled_requests_enabled   = false
    }
  }

  dynamic "rule" {
    for_each = keys(local.managed)

    content {
      name     = rule.value
      priority = rule.key + 1

      override_action {
        none {}
      }

      statement {
        managed_rule_group_statement {
          name        = rule.value
          vendor_name = "AWS"

          dynamic "rule_action_override" {
            for_each = local.managed[rule.value]

            content {
              name = rule_action_override.value

              action_to_use {
                count {}
              }
            }
          }
        }
      }

      visibility_config {
        cloudwatch_metrics_enabled = true
        metric_name                = "${var.name}-${rule.value}"
        sampled_requests_enabled   = false
      }
    }
  }

  # Samples would show addresses of requests, which may be secrets (a link, the code of a sign-in).
  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = var.name
    sampled_requests_enabled   = false
  }
}
