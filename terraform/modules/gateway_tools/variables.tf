variable "deployment" {
  description = "What every module is told of the deployment"
  type = object({
    # Prefix of every name, such as `bizassist`
    name = string
    # Path below which SSM parameters are written, such as `/app/bizassist`
    parameter_prefix = string
    # Key for everything at rest
    kms_key_arn = string
    # Days that logs are kept
    log_retention_days = number
    # ARNs that alarms are sent to, such as SNS topics
    alarm_actions = list(string)
    # Whether AWS refuses to delete what holds data
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
    condition     = can(regex("^arn:[a-z-]+:kms:", var.deployment.kms_key_arn))
    error_message = "This is not the ARN of a KMS key."
  }

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.deployment.log_retention_days)
    error_message = "CloudWatch knows certain numbers of days only, such as 30, 90 or 365; never is not among ours."
  }

  validation {
    condition     = alltrue([for arn in var.deployment.alarm_actions : startswith(arn, "arn:")])
    error_message = "An alarm is sent to ARNs."
  }
}

variable "targets" {
  description = "Tools by Gateway target, as in `gateway_tools/targets.json`"
  type        = map(list(string))

  validation {
    condition     = alltrue([for target in keys(var.targets) : can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", target)) && length(target) <= 31])
    error_message = "A target has up to 31 lower-case letters and digits, with single dashes between them."
  }

  validation {
    condition     = alltrue([for tools in values(var.targets) : length(tools) > 0])
    error_message = "A target has at least one tool."
  }
}

variable "function_zip" {
  description = "Archive of the functions' code, from `python -m bizassist.deployment.lambda_archives`"
  type        = string

  validation {
    condition     = fileexists(var.function_zip)
    error_message = "The archive is missing: build it with python -m bizassist.deployment.lambda_archives FOLDER."
  }
}

variable "layer_zip" {
  description = "Archive of the functions' libraries, from `python -m bizassist.deployment.lambda_archives`"
  type        = string

  validation {
    condition     = fileexists(var.layer_zip)
    error_message = "The archive is missing: build it with python -m bizassist.deployment.lambda_archives FOLDER."
  }
}

variable "web_search" {
  description = "Who searches the web: `agentcore` (managed, in six regions), `duckduckgo`, `brave`, `tavily` or `searxng`; `address` for searxng, `key_parameter` (an SSM SecureString) for brave and tavily"
  type = object({
    provider      = optional(string, "agentcore")
    address       = optional(string)
    key_parameter = optional(string)
  })
  default = {}

  validation {
    condition     = contains(["agentcore", "duckduckgo", "brave", "tavily", "searxng"], var.web_search.provider)
    error_message = "The provider is agentcore, duckduckgo, brave, tavily or searxng."
  }

  validation {
    condition     = var.web_search.provider != "searxng" || var.web_search.address != null
    error_message = "searxng needs its address."
  }

  validation {
    condition     = !contains(["brave", "tavily"], var.web_search.provider) || can(regex("^/", var.web_search.key_parameter))
    error_message = "brave and tavily need the SSM parameter of their key, which begins with a slash."
  }
}

variable "rights" {
  description = "What further targets may do: statements by target"
  type        = map(list(object({ actions = list(string), resources = list(string) })))
  default     = {}

  validation {
    condition     = alltrue(flatten([for statements in values(var.rights) : [for one in statements : [for action in one.actions : !strcontains(action, "*")]]]))
    error_message = "Name each action; wildcards are not taken."
  }
}

variable "environment" {
  description = "Environment of further targets: variables by target"
  type        = map(map(string))
  default     = {}
}

variable "memory_size" {
  description = "Memory of a function in MB; its processor grows with it"
  type        = number
  default     = 512

  validation {
    condition     = var.memory_size >= 128 && var.memory_size <= 10240
    error_message = "Lambda gives 128 to 10240 MB."
  }
}

variable "timeout" {
  description = "Seconds after which a call is ended"
  type        = number
  default     = 30

  validation {
    condition     = var.timeout >= 5 && var.timeout <= 300
    error_message = "A tool has 5 to 300 seconds: a person is waiting."
  }
}

variable "reserved_concurrency" {
  description = "Calls of one function at once; -1 for the account's own limit"
  type        = number
  default     = -1

  validation {
    condition     = var.reserved_concurrency >= -1 && var.reserved_concurrency != 0
    error_message = "Zero would switch the tools off."
  }
}
