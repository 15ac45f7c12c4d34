output "function_arns" {
  description = "Functions by target"
  value       = { for target, function in aws_lambda_function.tools : target => function.arn }
}

output "function_names" {
  description = "Names of the functions by target"
  value       = local.functions
}

output "table_names" {
  description = "Names of the tables: `warranty` and `clients`"
  value       = { for table, made in module.table : table => made.name }
}

output "table_arns" {
  description = "ARNs of the tables: `warranty` and `clients`"
  value       = { for table, made in module.table : table => made.arn }
}

output "parameter_arns" {
  description = "SSM parameters that this module wrote"
  value       = values(aws_ssm_parameter.table)[*].arn
}
