variable "name" {
  description = "Name of the web ACL"
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,80}$", var.name))
    error_message = "A web ACL's name has up to 80 letters, digits, dashes and underscores."
  }
}

variable "long_bodies" {
  description = "Paths to which more than 8 KB may be sent, as a regular expression: events of Slack and Teams, runs of AG-UI, questions with their files, comments on answers, policies, the settings of a workspace"
  type        = string
  default     = "^/(slack/(commands|events|interactions)|api/messages|agui|chat/[^/]+(/[^/]+/feedback)?|admin/(rights|workspaces/settings))$"

  validation {
    condition     = can(regex("^\\^/.+\\$$", var.long_bodies)) && length(var.long_bodies) <= 512
    error_message = "It names whole paths: from ^/ to $, in 512 characters at most."
  }
}
