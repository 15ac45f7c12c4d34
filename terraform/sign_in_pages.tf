# What managed login looks like: without a style a client has no pages at all.

resource "aws_cognito_managed_login_branding" "web" {
  count = var.managed_login.enabled ? 1 : 0

  user_pool_id                = module.identity.user_pool_id
  client_id                   = module.identity.web_client_id
  use_cognito_provided_values = var.managed_login.settings == null ? true : null
  settings                    = var.managed_login.settings

  dynamic "asset" {
    for_each = var.managed_login.logo_svg == null ? toset([]) : toset(["LIGHT", "DARK"])

    content {
      category   = "FORM_LOGO"
      color_mode = asset.value
      extension  = "SVG"
      bytes      = base64encode(var.managed_login.logo_svg)
    }
  }
}
