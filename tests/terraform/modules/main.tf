# The modules put together as the root does it; of `agentcore` what doesn't need AgentCore.

locals {
  name = "bizassist"
  deployment = {
    name                = local.name
    parameter_prefix    = "/app/${local.name}"
    public_url          = var.public_url
    kms_key_arn         = module.encryption.key_arn
    tracing             = false
    log_retention_days  = 90
    alarm_actions       = []
    deletion_protection = false
  }
  sources = "${path.module}/../../../gateway_tools"
  targets = jsondecode(file("${local.sources}/targets.json"))
}

module "encryption" {
  source = "../../../terraform/modules/encryption"

  name = local.name
}

module "network" {
  source = "../../../terraform/modules/network"

  name            = local.name
  private_subnets = true
}

resource "aws_acm_certificate" "this" {
  certificate_body = var.certificate_body
  private_key      = var.certificate_key
}

module "identity" {
  source = "../../../terraform/modules/identity"

  deployment             = local.deployment
  refresh_token_rotation = var.refresh_token_rotation
}

module "gateway_tools" {
  source = "../../../terraform/modules/gateway_tools"

  deployment   = local.deployment
  targets      = local.targets
  function_zip = "${var.lambda_folder}/function.zip"
  layer_zip    = "${var.lambda_folder}/layer.zip"
}

module "web_acl" {
  source = "../../../terraform/modules/web_acl"

  name = local.name
}

module "bots" {
  source = "../../../terraform/modules/bots"

  deployment      = local.deployment
  image_tag       = "1.0.0"
  user_pool_arn   = module.identity.user_pool_arn
  memory_arn      = module.agentcore.memory_arn
  memory_role_arn = module.agentcore.memory_role_arn
  network = {
    vpc_id                   = module.network.vpc_id
    load_balancer_subnet_ids = module.network.public_subnet_ids
    service_subnet_ids       = module.network.private_subnet_ids
    assign_public_ip         = false
  }
  certificate_arn = aws_acm_certificate.this.arn
  web_acl         = module.web_acl
  platforms       = ["slack", "teams"]
  start_after     = concat([module.agentcore.runtime_arn], module.identity.parameter_arns, module.gateway_tools.parameter_arns)
  autoscaling     = var.autoscaling
}

module "agentcore" {
  source = "../../../terraform/modules/agentcore"

  deployment = local.deployment
  image = {
    uri            = "000000000000.dkr.ecr.us-east-1.amazonaws.com/bizassist/agent:1.0.0"
    repository_arn = module.bots.repository_arns["agent"]
  }
  model           = "bedrock:global.anthropic.claude-sonnet-4-6"
  policy_embedder = "bedrock:amazon.titan-embed-text-v2:0"
  identity        = module.identity
  tools = {
    targets           = local.targets
    schemas_directory = "${local.sources}/schemas"
    function_arns     = module.gateway_tools.function_arns
  }
  clients_table_arn   = module.gateway_tools.table_arns["clients"]
  policies_bucket_arn = module.bots.bucket_arns["policies"]
  memory_readers      = [module.bots.task_role_arn]
}
