# What the chat service and the agent read about the user pool.

locals {
  parameters = {
    user_pool_id  = aws_cognito_user_pool.this.id
    issuer        = local.issuer
    discovery_url = "${local.issuer}/.well-known/openid-configuration"
    web_client_id = aws_cognito_user_pool_client.web.id
    m2m_client_id = aws_cognito_user_pool_client.m2m.id
    m2m_scope     = one(aws_cognito_resource_server.gateway.scope_identifiers)
  }
}

resource "aws_ssm_parameter" "this" {
  for_each = local.parameters

  name  = "${var.deployment.parameter_prefix}/${each.key}"
  type  = "String"
  value = each.value
}

resource "aws_ssm_parameter" "m2m_client_secret" {
  name   = "${var.deployment.parameter_prefix}/m2m_client_secret"
  type   = "SecureString"
  key_id = var.deployment.kms_key_arn
  value  = aws_cognito_user_pool_client.m2m.client_secret
}
