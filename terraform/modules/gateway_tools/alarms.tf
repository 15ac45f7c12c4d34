resource "aws_cloudwatch_metric_alarm" "errors" {
  for_each = local.functions

  alarm_name          = "${each.value}-errors"
  alarm_description   = "A Gateway tool failed beyond what its handler answers by itself"
  namespace           = "AWS/Lambda"
  metric_name         = "Errors"
  dimensions          = { FunctionName = each.value }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.deployment.alarm_actions
  ok_actions          = var.deployment.alarm_actions
}

resource "aws_cloudwatch_metric_alarm" "throttles" {
  for_each = local.functions

  alarm_name          = "${each.value}-throttles"
  alarm_description   = "Lambda refused calls of a Gateway tool: its concurrency is used up"
  namespace           = "AWS/Lambda"
  metric_name         = "Throttles"
  dimensions          = { FunctionName = each.value }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.deployment.alarm_actions
  ok_actions          = var.deployment.alarm_actions
}

# Its handler answers for itself that the web could not be searched, so Lambda counts no error.
resource "aws_cloudwatch_metric_alarm" "web_search" {
  count = contains(flatten(values(var.targets)), "web_search") ? 1 : 0

  alarm_name          = "${var.deployment.name}-web-search"
  alarm_description   = "The web can't be searched: the provider refuses, or doesn't answer"
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.deployment.alarm_actions
  ok_actions          = var.deployment.alarm_actions

  metric_query {
    id          = "failed"
    expression  = "FILL(unavailable, 0) + FILL(internal_error, 0)"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = toset(["unavailable", "internal_error"])

    content {
      id = metric_query.value

      metric {
        namespace   = "bizassist"
        metric_name = "duration"
        dimensions  = { tool = "web_search", outcome = metric_query.value }
        stat        = "SampleCount"
        period      = 300
      }
    }
  }
}
