# The whole product in one account and region.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  deployment = {
    name                = var.name
    parameter_prefix    = "/app/${var.name}"
    public_url          = "https://${var.domain_name}"
    kms_key_arn         = module.encryption.key_arn
    tracing             = var.tracing
    log_retention_days  = var.log_retention_days
    alarm_actions       = [aws_sns_topic.alarms.arn]
    deletion_protection = var.deletion_protection
  }
  sources       = "${path.module}/../gateway_tools"
  targets       = jsondecode(file("${local.sources}/targets.json"))
  lambda_folder = coalesce(var.lambda_folder, "${path.module}/../build/lambda")
  network = var.network != null ? var.network : {
    vpc_id                   = module.network[0].vpc_id
    load_balancer_subnet_ids = module.network[0].public_subnet_ids
    service_subnet_ids       = var.private_subnets ? module.network[0].private_subnet_ids : module.network[0].public_subnet_ids
    assign_public_ip         = !var.private_subnets
  }
}

module "encryption" {
  source = "./modules/encryption"

  name = var.name
}

module "network" {
  source = "./modules/network"
  count  = var.network == null ? 1 : 0

  name                 = var.name
  private_subnets      = var.private_subnets
  nat_gateway_per_zone = var.nat_gateway_per_zone
}

module "identity" {
  source = "./modules/identity"

  deployment             = local.deployment
  domain_prefix          = var.sign_in_domain_prefix
  password_policy        = var.password_policy
  mfa                    = var.mfa
  managed_login          = var.managed_login.enabled
  refresh_token_days     = var.refresh_token_days
  refresh_token_rotation = var.refresh_token_rotation
  admin_password_sign_in = var.admin_password_sign_in
}

module "gateway_tools" {
  source = "./modules/gateway_tools"

  deployment   = local.deployment
  targets      = local.targets
  function_zip = "${local.lambda_folder}/function.zip"
  layer_zip    = "${local.lambda_folder}/layer.zip"
  web_search   = var.web_search
}

module "bots" {
  source = "./modules/bots"

  deployment      = local.deployment
  image_tag       = var.image_tag
  user_pool_arn   = module.identity.user_pool_arn
  memory_arn      = module.agentcore.memory_arn
  memory_role_arn = module.agentcore.memory_role_arn
  network         = local.network
  allowed_cidrs   = var.allowed_cidrs
  web_acl         = var.web_acl ? { arn = module.web_acl[0].arn } : var.web_acl_arn == null ? null : { arn = var.web_acl_arn }
  trusted_proxies = var.trusted_proxies
  invitations     = var.invitations

  personal_data_operators = var.personal_data_operators

  chat_concurrency = var.chat_concurrency
  certificate_arn  = local.certificate_arn
  microsoft_cloud  = var.microsoft_cloud
  platforms        = var.platforms

  slack_oauth = var.slack_oauth
  start_after = concat([module.agentcore.runtime_arn], module.identity.parameter_arns, module.gateway_tools.parameter_arns)
  cpu         = var.cpu
  memory      = var.memory
  capacity    = var.capacity
  upload_days = var.upload_days
}

module "web_acl" {
  source = "./modules/web_acl"
  count  = var.web_acl ? 1 : 0

  name = var.name
}

module "agentcore" {
  source = "./modules/agentcore"

  deployment = local.deployment
  image = {
    uri            = "${module.bots.repository_urls["agent"]}:${var.image_tag}"
    repository_arn = module.bots.repository_arns["agent"]
  }
  model           = var.model
  model_base_url  = var.model_base_url
  policy_embedder = var.policy_embedder
  guardrail       = var.guardrail
  identity        = module.identity
  tools = {
    targets           = local.targets
    schemas_directory = "${local.sources}/schemas"
    function_arns     = module.gateway_tools.function_arns
  }
  clients_table_arn   = module.gateway_tools.table_arns["clients"]
  policies_bucket_arn = module.bots.bucket_arns["policies"]
  memory_readers      = concat([module.bots.task_role_arn], var.memory_readers)
}
