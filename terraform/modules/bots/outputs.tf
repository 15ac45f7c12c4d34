output "service_url" {
  description = "Where people reach the chat service"
  value       = var.deployment.public_url
}

output "load_balancer" {
  description = "What the DNS record of the service points to: `dns_name` and `zone_id`"
  value       = { dns_name = aws_lb.this.dns_name, zone_id = aws_lb.this.zone_id }
}

output "repository_urls" {
  description = "ECR repositories of the images: `bots` and `agent`"
  value       = { for image, repository in aws_ecr_repository.this : image => repository.repository_url }
}

output "repository_arns" {
  description = "ARNs of the ECR repositories: `bots` and `agent`"
  value       = { for image, repository in aws_ecr_repository.this : image => repository.arn }
}

output "queue_names" {
  description = "Queues: `inbox` and `dead_letter`"
  value       = { inbox = aws_sqs_queue.inbox.name, dead_letter = aws_sqs_queue.dead_letter.name }
}

output "table_names" {
  description = "Tables by what they keep"
  value       = { for table, made in module.table : table => made.name }
}

output "table_arns" {
  description = "ARNs of the tables by what they keep"
  value       = { for table, made in module.table : table => made.arn }
}

output "bucket_names" {
  description = "Buckets: `policies` and `uploads`"
  value       = { for bucket, made in module.bucket : bucket => made.name }
}

output "bucket_arns" {
  description = "ARNs of the buckets: `policies` and `uploads`"
  value       = { for bucket, made in module.bucket : bucket => made.arn }
}

output "task_role_arn" {
  description = "Role of the running service, which the memory role must trust"
  value       = aws_iam_role.task.arn
}

output "cluster_name" {
  description = "ECS cluster"
  value       = aws_ecs_cluster.this.name
}

output "ecs_service_name" {
  description = "ECS service"
  value       = aws_ecs_service.chat.name
}

output "secret_names" {
  description = "Secrets whose values are put by hand, by platform"
  value       = { for platform, secret in aws_secretsmanager_secret.platform : platform => secret.name }
}

output "dashboard_name" {
  description = "CloudWatch dashboard"
  value       = aws_cloudwatch_dashboard.this.dashboard_name
}

output "alarm_names" {
  description = "CloudWatch alarms"
  value       = [for alarm in aws_cloudwatch_metric_alarm.this : alarm.alarm_name]
}
