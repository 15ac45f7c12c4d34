# What the tools read; `clients` is read by the agent's own tools.

module "table" {
  source   = "../table"
  for_each = { warranty = "serial_number", clients = "client_id" }

  name                = "${var.deployment.name}-${each.key}"
  partition_key       = each.value
  kms_key_arn         = var.deployment.kms_key_arn
  deletion_protection = var.deployment.deletion_protection
}

resource "aws_ssm_parameter" "table" {
  for_each = module.table

  name  = "${var.deployment.parameter_prefix}/${each.key}_table"
  type  = "String"
  value = each.value.name
}
