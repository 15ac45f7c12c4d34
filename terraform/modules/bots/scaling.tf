# More processes when questions wait or processors are busy; fewer when both are at ease.

resource "aws_appautoscaling_target" "chat" {
  count = var.autoscaling ? 1 : 0

  service_namespace  = "ecs"
  scalable_dimension = "ecs:service:DesiredCount"
  resource_id        = "service/${aws_ecs_cluster.this.name}/${aws_ecs_service.chat.name}"
  min_capacity       = var.capacity.min
  max_capacity       = var.capacity.max
}

resource "aws_appautoscaling_policy" "backlog" {
  count = var.autoscaling ? 1 : 0

  name               = "${local.service}-backlog"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.chat[0].service_namespace
  scalable_dimension = aws_appautoscaling_target.chat[0].scalable_dimension
  resource_id        = aws_appautoscaling_target.chat[0].resource_id

  target_tracking_scaling_policy_configuration {
    target_value       = var.scale_at.backlog_per_task
    scale_out_cooldown = 60
    scale_in_cooldown  = 300

    # What waits, for each task that is there: it halves when the tasks double, which an age doesn't.
    customized_metric_specification {
      metrics {
        id          = "backlog"
        label       = "Questions that wait, for each task"
        expression  = "waiting / IF(tasks > 0, tasks, 1)"
        return_data = true
      }

      metrics {
        id          = "waiting"
        return_data = false

        metric_stat {
          stat = "Average"

          metric {
            namespace   = "AWS/SQS"
            metric_name = "ApproximateNumberOfMessagesVisible"

            dimensions {
              name  = "QueueName"
              value = aws_sqs_queue.inbox.name
            }
          }
        }
      }

      metrics {
        id          = "tasks"
        return_data = false

        metric_stat {
          stat = "Average"

          metric {
            namespace   = "ECS/ContainerInsights"
            metric_name = "RunningTaskCount"

            dimensions {
              name  = "ClusterName"
              value = aws_ecs_cluster.this.name
            }

            dimensions {
              name  = "ServiceName"
              value = aws_ecs_service.chat.name
            }
          }
        }
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
