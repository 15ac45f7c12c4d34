# One page: do questions come in, do they wait, are they answered.

locals {
  panels = {
    "Questions in and out" = [
      ["AWS/SQS", "NumberOfMessagesSent", "QueueName", aws_sqs_queue.inbox.name, { stat = "Sum" }],
      ["AWS/SQS", "NumberOfMessagesDeleted", "QueueName", aws_sqs_queue.inbox.name, { stat = "Sum" }],
      ["AWS/SQS", "NumberOfMessagesReceived", "QueueName", aws_sqs_queue.dead_letter.name, { stat = "Sum" }],
    ]
    "Longest wait (s)" = [
      ["AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", aws_sqs_queue.inbox.name, { stat = "Maximum" }],
    ]
    "Requests and errors" = [
      ["AWS/ApplicationELB", "RequestCount", "LoadBalancer", aws_lb.this.arn_suffix, { stat = "Sum" }],
      ["AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", "LoadBalancer", aws_lb.this.arn_suffix, { stat = "Sum" }],
      ["AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", "LoadBalancer", aws_lb.this.arn_suffix, { stat = "Sum" }],
    ]
    "Response time (s)" = [
      ["AWS/ApplicationELB", "TargetResponseTime", "LoadBalancer", aws_lb.this.arn_suffix, { stat = "p50" }],
      ["AWS/ApplicationELB", "TargetResponseTime", "LoadBalancer", aws_lb.this.arn_suffix, { stat = "p99" }],
    ]
    "Processor and memory (%)" = [
      ["AWS/ECS", "CPUUtilization", "ClusterName", aws_ecs_cluster.this.name, "ServiceName", local.service, { stat = "Average" }],
      ["AWS/ECS", "MemoryUtilization", "ClusterName", aws_ecs_cluster.this.name, "ServiceName", local.service, { stat = "Maximum" }],
    ]
    "Tables: refused requests" = [
      for made in module.table : ["AWS/DynamoDB", "WriteThrottleEvents", "TableName", made.name, { stat = "Sum" }]
    ]
  }
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.deployment.name
  dashboard_body = jsonencode({
    widgets = [
      for index, title in keys(local.panels) : {
        type   = "metric"
        x      = index % 2 * 12
        y      = floor(index / 2) * 6
        width  = 12
        height = 6
        properties = {
          title   = title
          region  = local.region
          period  = 300
          metrics = local.panels[title]
        }
      }
    ]
  })
}
