# The modules that need no AgentCore, put together as the root does it.

locals {
  name             = "bizassist"
  parameter_prefix = "/app/bizassist"
  sources          = "${path.module}/../../../gateway_tools"
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
  targets             = jsondecode(file("${local.sources}/targets.json"))
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
  memory_arn               = "arn:aws:bedrock-agentcore:us-east-1:000000000000:memory/bizassist-0123456789"
  memory_role_arn          = "arn:aws:iam::000000000000:role/bizassist-memory"
  vpc_id                   = module.network.vpc_id
  load_balancer_subnet_ids = module.network.public_subnet_ids
  service_subnet_ids       = module.network.private_subnet_ids
  certificate_arn          = aws_acm_certificate.this.arn
  platforms                = ["slack", "teams"]
  start_after              = concat(module.identity.parameter_arns, module.gateway_tools.parameter_arns)
  autoscaling              = var.autoscaling
  deletion_protection      = false
}
