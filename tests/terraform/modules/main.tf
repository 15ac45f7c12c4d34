# The modules put together as the root does it; of `agentcore` what doesn't need AgentCore.

locals {
  name             = "bizassist"
  parameter_prefix = "/app/bizassist"
  sources          = "${path.module}/../../../gateway_tools"
  targets          = jsondecode(file("${local.sources}/targets.json"))
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

  name                   = local.name
  parameter_prefix       = local.parameter_prefix
  kms_key_arn            = module.encryption.key_arn
  public_url             = var.public_url
  refresh_token_rotation = var.refresh_token_rotation
  deletion_protection    = false
}

module "gateway_tools" {
  source = "../../../terraform/modules/gateway_tools"

  name                = local.name
  parameter_prefix    = local.parameter_prefix
  kms_key_arn         = module.encryption.key_arn
  targets             = local.targets
  function_zip        = "${var.lambda_folder}/function.zip"
  layer_zip           = "${var.lambda_folder}/layer.zip"
  deletion_protection = false
}

module "bots" {
  source = "../../../terraform/modules/bots"

  name                     = local.name
  parameter_prefix         = local.parameter_prefix
  kms_key_arn              = module.encryption.key_arn
  public_url               = var.public_url
  image_tag                = "1.0.0"
  user_pool_arn            = module.identity.user_pool_arn
  memory_arn               = module.agentcore.memory_arn
  memory_role_arn          = module.agentcore.memory_role_arn
  vpc_id                   = module.network.vpc_id
  load_balancer_subnet_ids = module.network.public_subnet_ids
  service_subnet_ids       = module.network.private_subnet_ids
  certificate_arn          = aws_acm_certificate.this.arn
  platforms                = ["slack", "teams"]
  start_after              = concat([module.agentcore.runtime_arn], module.identity.parameter_arns, module.gateway_tools.parameter_arns)
  autoscaling              = var.autoscaling
  deletion_protection      = false
}

module "agentcore" {
  source = "../../../terraform/modules/agentcore"

  name                = local.name
  parameter_prefix    = local.parameter_prefix
  kms_key_arn         = module.encryption.key_arn
  image_uri           = "000000000000.dkr.ecr.us-east-1.amazonaws.com/bizassist/agent:1.0.0"
  repository_arn      = module.bots.repository_arns["agent"]
  model               = "bedrock:global.anthropic.claude-sonnet-4-6"
  discovery_url       = module.identity.discovery_url
  web_client_id       = module.identity.web_client_id
  users_group         = module.identity.users_group
  m2m_client_id       = module.identity.m2m_client_id
  m2m_scope           = module.identity.m2m_scope
  targets             = local.targets
  schemas_directory   = "${local.sources}/schemas"
  function_arns       = module.gateway_tools.function_arns
  clients_table_arn   = module.gateway_tools.table_arns["clients"]
  policies_bucket_arn = module.bots.bucket_arns["policies"]
  memory_readers      = [module.bots.task_role_arn]
}
