output "user_pool_id" {
  description = "Id of the user pool"
  value       = aws_cognito_user_pool.this.id
}

output "user_pool_arn" {
  description = "ARN of the user pool"
  value       = aws_cognito_user_pool.this.arn
}

output "issuer" {
  description = "`iss` of every token"
  value       = local.issuer
}

output "discovery_url" {
  description = "OpenID Connect discovery document"
  value       = local.parameters.discovery_url
}

output "web_client_id" {
  description = "Public client that people sign in with"
  value       = aws_cognito_user_pool_client.web.id
}

output "m2m_client_id" {
  description = "Confidential client that the agent calls the Gateway with"
  value       = aws_cognito_user_pool_client.m2m.id
}

output "m2m_client_secret" {
  description = "Its secret"
  value       = aws_cognito_user_pool_client.m2m.client_secret
  sensitive   = true
}

output "m2m_scope" {
  description = "Scope that the Gateway demands"
  value       = local.parameters.m2m_scope
}

output "users_group" {
  description = "Group whose members may ask"
  value       = aws_cognito_user_group.this["bizassist-users"].name
}

output "parameter_arns" {
  description = "SSM parameters that this module wrote"
  value       = concat(values(aws_ssm_parameter.this)[*].arn, [aws_ssm_parameter.m2m_client_secret.arn])
}
