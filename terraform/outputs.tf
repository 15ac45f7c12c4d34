output "service_url" {
  description = "Where people reach the chat service"
  value       = local.deployment.public_url
}

output "parameter_prefix" {
  description = "Path of the SSM parameters"
  value       = local.deployment.parameter_prefix
}

output "region" {
  description = "Region of the deployment"
  value       = var.region
}

output "user_pool_id" {
  description = "User pool to invite people to"
  value       = module.identity.user_pool_id
}

output "repository_urls" {
  description = "ECR repositories of the images: `bots` and `agent`"
  value       = module.bots.repository_urls
}

output "load_balancer_dns_name" {
  description = "What the record of `domain_name` points to, where DNS is elsewhere"
  value       = module.bots.load_balancer.dns_name
}

output "secret_names" {
  description = "Secrets whose values are put by hand, by platform"
  value       = module.bots.secret_names
}

output "cluster_name" {
  description = "ECS cluster"
  value       = module.bots.cluster_name
}

output "ecs_service_name" {
  description = "ECS service"
  value       = module.bots.ecs_service_name
}

output "dashboard_name" {
  description = "CloudWatch dashboard"
  value       = module.bots.dashboard_name
}

output "runtime_arn" {
  description = "AgentCore Runtime"
  value       = module.agentcore.runtime_arn
}

output "agent_log_groups" {
  description = "Log groups that AgentCore makes itself; `bizassist deploy` sets how long they keep what"
  value       = module.agentcore.log_groups
}

output "log_retention_days" {
  description = "How long logs are kept"
  value       = var.log_retention_days
}

output "kms_key_arn" {
  description = "Key for everything at rest"
  value       = module.encryption.key_arn
}

output "gateway_url" {
  description = "AgentCore Gateway"
  value       = module.agentcore.gateway_url
}

output "memory_id" {
  description = "AgentCore Memory"
  value       = module.agentcore.memory_id
}
