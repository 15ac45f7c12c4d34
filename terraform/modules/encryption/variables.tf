variable "name" {
  description = "Prefix of every name, such as `bizassist`"
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,18}[a-z0-9]$", var.name))
    error_message = "The name has 3 to 20 lower-case letters, digits and dashes, and begins with a letter."
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
