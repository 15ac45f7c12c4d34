# What wakes somebody up; docs/runbooks has a page for each.

locals {
  log_metrics = "${var.deployment.name}/chat"
  alarms = {
    dead-letters = {
      description = "Questions were given up on; their askers got an apology"
      namespace   = "AWS/SQS"
      metric      = "NumberOfMessagesReceived"
      dimensions  = { QueueName = aws_sqs_queue.dead_letter.name }
      statistic   = "Sum"
      threshold   = 0
      periods     = 1
    }
    dead-letters-stay = {
      description = "Nobody takes what was given up on: the service is down or can't apologise"
      namespace   = "AWS/SQS"
      metric      = "ApproximateAgeOfOldestMessage"
      dimensions  = { QueueName = aws_sqs_queue.dead_letter.name }
      statistic   = "Maximum"
      threshold   = 600
      periods     = 1
    }
    workspace-paused = {
      description = "A platform refuses the installation of a workspace; its questions wait"
      namespace   = local.log_metrics
      metric      = "PausedWorkspaces"
      dimensions  = {}
      statistic   = "Sum"
      threshold   = 0
      periods     = 1
    }
    inbox-age = {
      description = "Questions wait too long for their turn"
      namespace   = "AWS/SQS"
      metric      = "ApproximateAgeOfOldestMessage"
      dimensions  = { QueueName = aws_sqs_queue.inbox.name }
      statistic   = "Maximum"
      threshold   = 120
      periods     = 2
    }
    server-errors = {
      description = "The chat service answers with errors"
      namespace   = "AWS/ApplicationELB"
      metric      = "HTTPCode_Target_5XX_Count"
      dimensions  = { LoadBalancer = aws_lb.this.arn_suffix }
      statistic   = "Sum"
      threshold   = 10
      periods     = 1
    }
    unreachable = {
      description = "The load balancer can't reach the chat service"
      namespace   = "AWS/ApplicationELB"
      metric      = "HTTPCode_ELB_5XX_Count"
      dimensions  = { LoadBalancer = aws_lb.this.arn_suffix }
      statistic   = "Sum"
      threshold   = 10
      periods     = 1
    }
    unhealthy = {
      description = "A process of the chat service fails its health check"
      namespace   = "AWS/ApplicationELB"
      metric      = "UnHealthyHostCount"
      dimensions  = { LoadBalancer = aws_lb.this.arn_suffix, TargetGroup = aws_lb_target_group.chat.arn_suffix }
      statistic   = "Maximum"
      threshold   = 0
      periods     = 3
    }
    slow = {
      description = "One request in a hundred takes longer than Slack waits for"
      namespace   = "AWS/ApplicationELB"
      metric      = "TargetResponseTime"
      dimensions  = { LoadBalancer = aws_lb.this.arn_suffix }
      statistic   = "p99"
      threshold   = 3
      periods     = 3
    }
    cpu = {
      description = "The chat service is out of processor although it may have scaled out"
      namespace   = "AWS/ECS"
      metric      = "CPUUtilization"
      dimensions  = { ClusterName = aws_ecs_cluster.this.name, ServiceName = local.service }
      statistic   = "Average"
      threshold   = 90
      periods     = 3
    }
    memory = {
      description = "The chat service is about to run out of memory"
      namespace   = "AWS/ECS"
      metric      = "MemoryUtilization"
      dimensions  = { ClusterName = aws_ecs_cluster.this.name, ServiceName = local.service }
      statistic   = "Maximum"
      threshold   = 90
      periods     = 3
    }
    table-throttles = {
      description = "DynamoDB refuses writes of the ledger"
      namespace   = "AWS/DynamoDB"
      metric      = "WriteThrottleEvents"
      dimensions  = { TableName = module.table["ledger"].name }
      statistic   = "Sum"
      threshold   = 0
      periods     = 1
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${local.service}-${each.key}"
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = startswith(each.value.statistic, "p") ? null : each.value.statistic
  extended_statistic  = startswith(each.value.statistic, "p") ? each.value.statistic : null
  period              = 300
  evaluation_periods  = each.value.periods
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.threshold
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.deployment.alarm_actions
  ok_actions          = var.deployment.alarm_actions
}

resource "aws_cloudwatch_log_metric_filter" "paused" {
  name           = "${local.service}-paused-workspaces"
  log_group_name = aws_cloudwatch_log_group.service.name
  pattern        = "\"is paused:\"" # of bots/paused_workspaces

  metric_transformation {
    namespace = local.log_metrics
    name      = "PausedWorkspaces"
    value     = "1"
  }
}
