# The least that runs: two tasks in public subnets, the web chat only, easy to take down again.

module "bizassist" {
  source = "../.."

  domain_name         = var.domain_name
  hosted_zone_id      = var.hosted_zone_id
  image_tag           = var.image_tag
  log_retention_days  = 14
  deletion_protection = false
  tags                = { Environment = "trial" }
}
