variable "name" {
  description = "Prefix of every name, such as `bizassist`"
  type        = string

  # What the services behind it allow together: Cognito, load balancers, AgentCore, buckets.
  validation {
    condition     = can(regex("^[a-z](-?[a-z0-9]){2,19}$", var.name)) && length(var.name) <= 20 && !can(regex("aws|amazon|cognito|^(internal|sg)-", var.name))
    error_message = "The name has 3 to 20 lower-case letters, digits and single inner dashes, begins with a letter but not with internal- or sg-, and has no aws, amazon or cognito in it."
  }
}

variable "deletion_window_in_days" {
  description = "Days in which a deleted key can still be brought back"
  type        = number
  default     = 30

  validation {
    condition     = var.deletion_window_in_days >= 7 && var.deletion_window_in_days <= 30
    error_message = "KMS keeps a deleted key for 7 to 30 days."
  }
}
