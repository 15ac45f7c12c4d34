variable "name" {
  description = "Name of the bucket; unique in all of AWS"
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.name))
    error_message = "A bucket's name has 3 to 63 lower-case letters, digits and inner dashes."
  }
}

variable "kms_key_arn" {
  description = "Key that the objects are encrypted with; null for S3's own, where a service of AWS writes that knows no other"
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:", var.kms_key_arn))
    error_message = "This is not the ARN of a KMS key."
  }
}

variable "expire_days" {
  description = "Days after which an object is deleted; null for never"
  type        = number
  default     = null

  validation {
    condition     = var.expire_days == null || coalesce(var.expire_days, 0) >= 1
    error_message = "An object is kept for a day at least."
  }
}

variable "keep_old_versions_days" {
  description = "Days in which an overwritten or deleted object can be brought back"
  type        = number
  default     = 1

  validation {
    condition     = var.keep_old_versions_days >= 1
    error_message = "An old version is kept for a day at least."
  }
}

variable "policy" {
  description = "Policy document with who else may reach the bucket, beside TLS only; null for nobody"
  type        = string
  default     = null

  validation {
    condition     = var.policy == null || can(jsondecode(var.policy))
    error_message = "This is not a policy document."
  }
}

variable "deletion_protection" {
  description = "Whether a bucket that holds objects refuses to be deleted"
  type        = bool
  default     = true
}
