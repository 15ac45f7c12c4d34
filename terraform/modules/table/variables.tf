variable "name" {
  description = "Name of the table"
  type        = string

  validation {
    condition     = can(regex("^[a-zA-Z0-9_.-]{3,255}$", var.name))
    error_message = "A table's name has 3 to 255 letters, digits, dots, dashes and underscores."
  }
}

variable "partition_key" {
  description = "Partition key, a string"
  type        = string
}

variable "sort_key" {
  description = "Sort key, a string; null for none"
  type        = string
  default     = null
}

variable "indexes" {
  description = "Global secondary indexes by name; `attributes` are what an index has besides the keys, null for all"
  type = map(object({
    partition_key = string
    sort_key      = optional(string)
    attributes    = optional(list(string))
  }))
  default = {}
}

variable "expires" {
  description = "Whether DynamoDB deletes rows once `expires_at` is past"
  type        = bool
  default     = false
}

variable "kms_key_arn" {
  description = "Key that the table is encrypted with"
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:kms:", var.kms_key_arn))
    error_message = "This is not the ARN of a KMS key."
  }
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete the table"
  type        = bool
  default     = true
}
