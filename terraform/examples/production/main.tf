# For a company: private subnets in each zone, Slack and Teams, a second factor, alarms by e-mail.

module "bizassist" {
  source = "../.."

  region               = var.region
  domain_name          = var.domain_name
  hosted_zone_id       = var.hosted_zone_id
  image_tag            = var.image_tag
  private_subnets      = true
  nat_gateway_per_zone = true
  platforms            = ["slack", "teams"]
  mfa                  = "ON"
  cpu                  = 1024
  memory               = 2048
  capacity             = { min = 3, max = 20 }
  log_retention_days   = 365
  alarm_emails         = var.alarm_emails
  tags                 = { Environment = "production" }
}
