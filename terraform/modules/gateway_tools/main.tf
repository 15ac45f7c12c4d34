# What AgentCore Gateway calls: one function a target, each with the rights of its own.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  python        = "python3.13"
  architectures = ["arm64"]
  functions     = { for target in keys(var.targets) : target => "${var.deployment.name}-tools-${target}" }
  environment = {
    search = merge(
      { WEB_SEARCH_PROVIDER = var.web_search.provider },
      var.web_search.address == null ? {} : { WEB_SEARCH_ADDRESS = var.web_search.address },
      var.web_search.key_parameter == null ? {} : { WEB_SEARCH_KEY_PARAMETER = var.web_search.key_parameter },
    )
    warranty = { WARRANTY_TABLE = module.table["warranty"].name }
  }
}

resource "aws_lambda_layer_version" "libraries" {
  layer_name               = "${var.deployment.name}-tools"
  description              = "What the Gateway tools import"
  filename                 = var.layer_zip
  source_code_hash         = filebase64sha256(var.layer_zip)
  compatible_runtimes      = [local.python]
  compatible_architectures = local.architectures
}

resource "aws_cloudwatch_log_group" "tools" {
  for_each = local.functions

  name              = "/aws/lambda/${each.value}"
  retention_in_days = var.deployment.log_retention_days
  kms_key_id        = var.deployment.kms_key_arn
}

resource "aws_lambda_function" "tools" {
  for_each = local.functions

  function_name                  = each.value
  description                    = "Gateway target ${each.key}: ${join(", ", var.targets[each.key])}"
  role                           = aws_iam_role.tools[each.key].arn
  runtime                        = local.python
  architectures                  = local.architectures
  handler                        = "gateway_tools.handler.handler"
  filename                       = var.function_zip
  source_code_hash               = filebase64sha256(var.function_zip)
  layers                         = [aws_lambda_layer_version.libraries.arn]
  memory_size                    = var.memory_size
  timeout                        = var.timeout
  reserved_concurrent_executions = var.reserved_concurrency
  kms_key_arn                    = var.deployment.kms_key_arn

  environment {
    variables = merge(lookup(local.environment, each.key, {}), lookup(var.environment, each.key, {}))
  }

  tracing_config {
    mode = "Active"
  }

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.tools[each.key].name
  }

  depends_on = [aws_iam_role_policy.tools]
}

resource "aws_lambda_permission" "gateway" {
  for_each = aws_lambda_function.tools

  statement_id   = "AgentCoreGateway"
  action         = "lambda:InvokeFunction"
  function_name  = each.value.function_name
  principal      = "bedrock-agentcore.amazonaws.com"
  source_account = data.aws_caller_identity.current.account_id
}
