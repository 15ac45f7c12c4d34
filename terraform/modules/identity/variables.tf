variable "deployment" {
  description = "What every module is told of the deployment"
  type = object({
    # Prefix of every name, such as `bizassist`
    name = string
    # Path below which SSM parameters are written, such as `/app/bizassist`
    parameter_prefix = string
    # Where people reach the chat service, such as `https://assistant.example.com`
    public_url = string
    # Key for everything at rest
    kms_key_arn = string
    # Whether AWS refuses to delete the user pool
    deletion_protection = bool
  })

  # What the services behind it allow together: Cognito, load balancers, AgentCore, buckets.
  validation {
    condition     = can(regex("^[a-z](-?[a-z0-9]){2,19}$", var.deployment.name)) && length(var.deployment.name) <= 20 && !can(regex("aws|amazon|cognito|^(internal|sg)-", var.deployment.name))
    error_message = "The name has 3 to 20 lower-case letters, digits and single inner dashes, begins with a letter but not with internal- or sg-, and has no aws, amazon or cognito in it."
  }

  validation {
    condition     = can(regex("^/app/[a-z0-9-]+$", var.deployment.parameter_prefix))
    error_message = "The prefix looks like /app/name, without a slash at its end."
  }

  validation {
    condition     = can(regex("^https://[^/\\s]+$", var.deployment.public_url)) || can(regex("^http://(localhost|127\\.0\\.0\\.1)(:[0-9]+)?$", var.deployment.public_url))
    error_message = "Cognito takes https addresses only (http for loopback), and here without a path."
  }

  validation {
    condition     = can(regex("^arn:[a-z-]+:kms:", var.deployment.kms_key_arn))
    error_message = "This is not the ARN of a KMS key."
  }
}

variable "domain_prefix" {
  description = "Prefix of the sign-in domain `{prefix}.auth.{region}.amazoncognito.com`; null for `{name}-{account}`"
  type        = string
  default     = null

  validation {
    condition     = var.domain_prefix == null || can(regex("^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$", var.domain_prefix))
    error_message = "A domain prefix has up to 63 lower-case letters, digits and inner dashes."
  }

  validation {
    condition     = var.domain_prefix == null || !can(regex("aws|amazon|cognito", var.domain_prefix))
    error_message = "Cognito refuses domain prefixes with aws, amazon or cognito in them."
  }
}

variable "password_policy" {
  description = "What a password must have: length, and no kinds of characters (NIST SP 800-63B-4). A demonstration may set `minimum_length = 8`; a company should not"
  type = object({
    minimum_length                   = optional(number, 15)
    require_lowercase                = optional(bool, false)
    require_uppercase                = optional(bool, false)
    require_numbers                  = optional(bool, false)
    require_symbols                  = optional(bool, false)
    temporary_password_validity_days = optional(number, 3)
  })
  default = {}

  validation {
    condition     = var.password_policy.minimum_length >= 8 && var.password_policy.minimum_length <= 99
    error_message = "A password has at least 8 characters, and Cognito takes at most 99 as a minimum."
  }

  validation {
    condition     = var.password_policy.temporary_password_validity_days >= 1 && var.password_policy.temporary_password_validity_days <= 30
    error_message = "An invitation is good for 1 to 30 days."
  }
}

variable "mfa" {
  description = "Second factor by authenticator app: `OFF`; `ON`, which managed login lets everybody enrol at their next sign-in; or `OPTIONAL`, which asks only who has enrolled already: Cognito's pages don't offer it"
  type        = string
  default     = "OPTIONAL"

  validation {
    condition     = contains(["OFF", "OPTIONAL", "ON"], var.mfa)
    error_message = "MFA is OFF, OPTIONAL or ON."
  }
}

variable "managed_login" {
  description = "Whether people sign in on managed login, which enrols authenticator apps and asks again when it is told to; its client then needs a style (`aws_cognito_managed_login_branding`), without which there are no pages. False for the classic pages"
  type        = bool
  default     = true
}

variable "refresh_token_days" {
  description = "Days after which a link expires and its person must sign in again"
  type        = number
  default     = 30

  validation {
    condition     = var.refresh_token_days >= 1 && var.refresh_token_days <= 365
    error_message = "A link lasts 1 to 365 days."
  }
}

variable "refresh_token_rotation" {
  description = "Whether each refresh token is good for one renewal, so that a stolen copy is of no use"
  type        = bool
  default     = true
}

variable "admin_password_sign_in" {
  description = "Whether who holds AWS credentials may exchange a person's password for tokens, as `bizassist users create --store-token` does; for tests only"
  type        = bool
  default     = false
}
