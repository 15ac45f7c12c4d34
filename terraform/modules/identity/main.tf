# Who people are: the user pool with its groups, sign-in domain and two clients.

data "aws_caller_identity" "current" {}

data "aws_region" "current" {}

locals {
  account         = data.aws_caller_identity.current.account_id
  issuer          = "https://cognito-idp.${data.aws_region.current.id}.amazonaws.com/${aws_cognito_user_pool.this.id}"
  resource_server = "default-m2m-resource-server-${local.account}"
  groups = {
    bizassist-users  = "May ask the assistant"
    bizassist-admins = "May also invite people and revoke links"
  }
  # Cognito's own sign-in page needs a password flow of its client; by SRP no password is sent. A
  # client that rotates refresh tokens refuses the flow that doesn't.
  flows = concat(
    ["ALLOW_USER_SRP_AUTH"],
    var.refresh_token_rotation ? [] : ["ALLOW_REFRESH_TOKEN_AUTH"],
    var.admin_password_sign_in ? ["ALLOW_ADMIN_USER_PASSWORD_AUTH"] : [],
  )
}

resource "aws_cognito_user_pool" "this" {
  name                     = var.deployment.name
  deletion_protection      = var.deployment.deletion_protection ? "ACTIVE" : "INACTIVE"
  auto_verified_attributes = ["email"]
  mfa_configuration        = var.mfa

  username_configuration {
    case_sensitive = false
  }

  password_policy {
    minimum_length                   = var.password_policy.minimum_length
    require_lowercase                = var.password_policy.require_lowercase
    require_uppercase                = var.password_policy.require_uppercase
    require_numbers                  = var.password_policy.require_numbers
    require_symbols                  = var.password_policy.require_symbols
    temporary_password_validity_days = var.password_policy.temporary_password_validity_days
  }

  admin_create_user_config {
    allow_admin_create_user_only = true
  }

  account_recovery_setting {
    recovery_mechanism {
      name     = "verified_email"
      priority = 1
    }
  }

  dynamic "software_token_mfa_configuration" {
    for_each = var.mfa == "OFF" ? [] : [true]

    content {
      enabled = software_token_mfa_configuration.value
    }
  }
}

resource "aws_cognito_user_group" "this" {
  for_each = local.groups

  user_pool_id = aws_cognito_user_pool.this.id
  name         = each.key
  description  = each.value
}

resource "aws_cognito_user_pool_domain" "this" {
  domain                = coalesce(var.domain_prefix, "${var.deployment.name}-${local.account}")
  user_pool_id          = aws_cognito_user_pool.this.id
  managed_login_version = var.managed_login ? 2 : 1
}

resource "aws_cognito_resource_server" "gateway" {
  identifier   = local.resource_server
  name         = "Gateway tools"
  user_pool_id = aws_cognito_user_pool.this.id

  scope {
    scope_name        = "read"
    scope_description = "Call the Gateway's tools"
  }
}

# Public: a secret would be no secret in a browser's flow; PKCE stands in its place.
resource "aws_cognito_user_pool_client" "web" {
  name                                 = "web"
  user_pool_id                         = aws_cognito_user_pool.this.id
  generate_secret                      = false
  allowed_oauth_flows_user_pool_client = true
  allowed_oauth_flows                  = ["code"]
  allowed_oauth_scopes                 = ["openid", "email", "profile"]
  supported_identity_providers         = ["COGNITO"]
  explicit_auth_flows                  = local.flows
  callback_urls                        = ["${var.deployment.public_url}/auth/callback"]
  logout_urls                          = ["${var.deployment.public_url}/auth/signed-out"]
  enable_token_revocation              = true
  prevent_user_existence_errors        = "ENABLED"
  access_token_validity                = 60
  id_token_validity                    = 60
  refresh_token_validity               = var.refresh_token_days

  # A renewal whose answer got lost may be asked for once more with the token that it replaced.
  dynamic "refresh_token_rotation" {
    for_each = var.refresh_token_rotation ? [60] : []

    content {
      feature                    = "ENABLED"
      retry_grace_period_seconds = refresh_token_rotation.value
    }
  }

  token_validity_units {
    access_token  = "minutes"
    id_token      = "minutes"
    refresh_token = "days"
  }
}

resource "aws_cognito_user_pool_client" "m2m" {
  name                                 = "gateway"
  user_pool_id                         = aws_cognito_user_pool.this.id
  generate_secret                      = true
  allowed_oauth_flows_user_pool_client = true
  allowed_oauth_flows                  = ["client_credentials"]
  allowed_oauth_scopes                 = aws_cognito_resource_server.gateway.scope_identifiers
  enable_token_revocation              = true
  access_token_validity                = 60

  token_validity_units {
    access_token = "minutes"
  }
}
