# What wakes somebody up; docs/runbooks has a page for each.

locals {
  runtime_arn = aws_bedrockagentcore_agent_runtime.this.agent_runtime_arn
  gateway_arn = aws_bedrockagentcore_gateway.this.gateway_arn
  alarms = {
    runtime-errors    = { metric = "SystemErrors", resource = local.runtime_arn, description = "The agent fails" }
    runtime-throttles = { metric = "Throttles", resource = local.runtime_arn, description = "AgentCore Runtime refuses questions: a quota is used up" }
    gateway-errors    = { metric = "SystemErrors", resource = local.gateway_arn, description = "The Gateway or its tools fail" }
    gateway-throttles = { metric = "Throttles", resource = local.gateway_arn, description = "The Gateway refuses calls: a quota is used up" }
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${var.deployment.name}-${each.key}"
  alarm_description   = each.value.description
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 5
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.deployment.alarm_actions
  ok_actions          = var.deployment.alarm_actions

  # A query, because AgentCore publishes under several sets of dimensions and an alarm on a metric
  # must name one of them whole.
  metric_query {
    id          = "sum"
    expression  = "SELECT SUM(${each.value.metric}) FROM \"AWS/Bedrock-AgentCore\" WHERE Resource = '${each.value.resource}'"
    period      = 300
    return_data = true
  }
}
