# What the chat service and the agent read about AgentCore. The runtime's own are apart: the agent
# needs the others when it starts.

locals {
  parameters = {
    gateway_url     = aws_bedrockagentcore_gateway.this.gateway_url
    memory_id       = aws_bedrockagentcore_memory.this.id
    memory_role_arn = aws_iam_role.memory.arn
    policy_embedder = var.policy_embedder
  }
  runtime_parameters = {
    runtime_arn = aws_bedrockagentcore_agent_runtime.this.agent_runtime_arn
    runtime_url = "https://bedrock-agentcore.${local.region}.amazonaws.com"
  }
}

resource "aws_ssm_parameter" "this" {
  for_each = local.parameters

  name  = "${var.deployment.parameter_prefix}/${each.key}"
  type  = "String"
  value = each.value
}

resource "aws_ssm_parameter" "runtime" {
  for_each = local.runtime_parameters

  name  = "${var.deployment.parameter_prefix}/${each.key}"
  type  = "String"
  value = each.value
}

# Sessions of the agent write it; what stands here is only that there is such a parameter.
resource "aws_ssm_parameter" "gateway_token" {
  name   = "${var.deployment.parameter_prefix}/shared/gateway_token"
  type   = "SecureString"
  key_id = var.deployment.kms_key_arn
  value  = "none yet"

  lifecycle {
    ignore_changes = [value]
  }
}
