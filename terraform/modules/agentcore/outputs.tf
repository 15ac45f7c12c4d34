output "runtime_arn" {
  description = "Runtime that the chat service calls"
  value       = aws_bedrockagentcore_agent_runtime.this.agent_runtime_arn
}

output "runtime_id" {
  description = "Its id, as the command line of AWS wants it"
  value       = aws_bedrockagentcore_agent_runtime.this.agent_runtime_id
}

# AgentCore makes them itself, and a resource of that name fails at the first apply
# (hashicorp/terraform-provider-aws#47629): the deployment sets what they keep afterwards.
output "log_groups" {
  description = "Log groups that AgentCore makes for the agent, one an endpoint"
  value       = [for endpoint in ["DEFAULT", "pinned"] : "/aws/bedrock-agentcore/runtimes/${aws_bedrockagentcore_agent_runtime.this.agent_runtime_id}-${endpoint}"]
}

output "runtime_version" {
  description = "Version that DEFAULT is at"
  value       = aws_bedrockagentcore_agent_runtime.this.agent_runtime_version
}

output "runtime_url" {
  description = "Base of the address that questions go to"
  value       = local.runtime_parameters.runtime_url
}

output "runtime_role_arn" {
  description = "Role that the agent runs as"
  value       = aws_iam_role.runtime.arn
}

output "gateway_url" {
  description = "MCP endpoint of the tools"
  value       = aws_bedrockagentcore_gateway.this.gateway_url
}

output "memory_id" {
  description = "Id of the memory"
  value       = aws_bedrockagentcore_memory.this.id
}

output "memory_arn" {
  description = "ARN of the memory"
  value       = aws_bedrockagentcore_memory.this.arn
}

output "memory_role_arn" {
  description = "Role that is assumed for one person before their memory is touched"
  value       = aws_iam_role.memory.arn
}

output "workload_identity_arn" {
  description = "Identity of the agent towards other services' OAuth"
  value       = aws_bedrockagentcore_workload_identity.this.workload_identity_arn
}
