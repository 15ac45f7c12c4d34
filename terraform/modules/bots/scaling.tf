# More processes when questions wait or processors are busy; fewer when both are at ease.

resource "aws_appautoscaling_target" "chat" {
  count = var.autoscaling ? 1 : 0

  service_namespace  = "ecs"
  scalable_dimension = "ecs:service:DesiredCount"
  resource_id        = "service/${aws_ecs_cluster.this.name}/${aws_ecs_service.chat.name}"
  min_capacity       = var.capacity.min
  max_capacity       = var.capacity.max
}

resource "aws_appautoscaling_policy" "queue_age" {
  count = var.autoscaling ? 1 : 0

  name               = "${local.service}-queue-age"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.chat[0].service_namespace
  scalable_dimension = aws_appautoscaling_target.chat[0].scalable_dimension
  resource_id        = aws_appautoscaling_target.chat[0].resource_id

  target_tracking_scaling_policy_configuration {
    target_value       = var.scale_at.queue_age_seconds
    scale_out_cooldown = 60
    scale_in_cooldown  = 300

    customized_metric_specification {
      namespace   = "AWS/SQS"
      metric_name = "ApproximateAgeOfOldestMessage"
      statistic   = "Maximum"

      dimensions {
        name  = "QueueName"
        value = aws_sqs_queue.inbox.name
      }
    }
  }
}

resource "aws_appautoscaling_policy" "cpu" {
  count = var.autoscaling ? 1 : 0

  name               = "${local.service}-cpu"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.chat[0].service_namespace
  scalable_dimension = aws_appautoscaling_target.chat[0].scalable_dimension
  resource_id        = aws_appautoscaling_target.chat[0].resource_id

  target_tracking_scaling_policy_configuration {
    target_value       = var.scale_at.cpu_percent
    scale_out_cooldown = 60
    scale_in_cooldown  = 300

    predefined_metric_specification {
      predefined_metric_type = "ECSServiceAverageCPUUtilization"
    }
  }
}
