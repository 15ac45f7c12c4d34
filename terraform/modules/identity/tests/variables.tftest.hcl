# What a variable refuses; nothing here reaches AWS.

mock_provider "aws" {}

variables {
  deployment = {
    name                = "bizassist"
    parameter_prefix    = "/app/bizassist"
    public_url          = "https://assistant.example.com"
    kms_key_arn         = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
    deletion_protection = true
  }
}

run "a_sensible_password" {
  command = plan

  assert {
    condition     = aws_cognito_user_pool.this.password_policy[0].minimum_length == 15
    error_message = "The default has changed."
  }
}

run "a_refresh_token_is_good_once" {
  command = plan

  assert {
    condition     = aws_cognito_user_pool_client.web.refresh_token_rotation[0].feature == "ENABLED"
    error_message = "Refresh tokens don't rotate."
  }

  assert {
    condition     = aws_cognito_user_pool_client.web.explicit_auth_flows == toset(["ALLOW_USER_SRP_AUTH"])
    error_message = "AWS refuses rotation beside ALLOW_REFRESH_TOKEN_AUTH."
  }
}

run "a_refresh_token_that_stays" {
  command = plan

  variables {
    refresh_token_rotation = false
  }

  assert {
    condition     = length(aws_cognito_user_pool_client.web.refresh_token_rotation) == 0
    error_message = "Refresh tokens rotate although they should not."
  }

  assert {
    condition     = aws_cognito_user_pool_client.web.explicit_auth_flows == toset(["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"])
    error_message = "Without rotation a refresh token needs its flow."
  }
}

run "passwords_for_administrators" {
  command = plan

  variables {
    admin_password_sign_in = true
  }

  assert {
    condition     = contains(aws_cognito_user_pool_client.web.explicit_auth_flows, "ALLOW_ADMIN_USER_PASSWORD_AUTH")
    error_message = "The flow is missing."
  }
}

run "refused" {
  command = plan

  variables {
    deployment         = merge(var.deployment, { name = "BizAssist" }) # a name with capitals
    domain_prefix      = "Assistant"                                   # a domain prefix with capitals
    password_policy    = { minimum_length = 6 }                        # a weak password
    mfa                = "SOMETIMES"                                   # a second factor that is none
    refresh_token_days = 3650                                          # a link for ever
  }

  expect_failures = [
    var.deployment,
    var.domain_prefix,
    var.password_policy,
    var.mfa,
    var.refresh_token_days,
  ]
}

run "refused_too_1" {
  command = plan

  variables {
    deployment      = merge(var.deployment, { parameter_prefix = "/app/bizassist/" }) # a prefix with a slash at its end
    domain_prefix   = "my-cognito"                                                    # a domain prefix that cognito keeps
    password_policy = { temporary_password_validity_days = 90 }                       # an invitation that stays open
  }

  expect_failures = [
    var.deployment,
    var.domain_prefix,
    var.password_policy,
  ]
}

run "refused_too_2" {
  command = plan

  variables {
    deployment = merge(var.deployment, { public_url = "http://assistant.example.com" }) # a plain address
  }

  expect_failures = [
    var.deployment,
  ]
}

run "refused_too_3" {
  command = plan

  variables {
    deployment = merge(var.deployment, { kms_key_arn = "alias/data" }) # a key that is none
  }

  expect_failures = [
    var.deployment,
  ]
}
