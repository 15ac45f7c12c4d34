variable "deployment" {
  description = "What every module is told of the deployment"
  type = object({
    # Prefix of every name, such as `bizassist`
    name = string
    # Path below which SSM parameters are written, such as `/app/bizassist`
    parameter_prefix = string
    # Key of logs, parameters and the clients table
    kms_key_arn = string
    # Whether spans go to X-Ray; they tell what took how long, never what was said
    tracing = bool
    # Days that logs are kept
    log_retention_days = number
    # ARNs that alarms are sent to, such as SNS topics
    alarm_actions = list(string)
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

variable "agentcore_kms_key_arn" {
  description = "Key of memory and Gateway; null for one that AWS owns. A key of yours must let `bedrock-agentcore.amazonaws.com` use it, see docs/operations.md"
  type        = string
  default     = null

  validation {
    condition     = var.agentcore_kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:", var.agentcore_kms_key_arn))
    error_message = "This is not the ARN of a KMS key."
  }
}

variable "image" {
  description = "Image of the agent"
  type = object({
    # Where it is, with a tag or a digest; for arm64
    uri = string
    # ECR repository that it is in
    repository_arn = string
  })

  validation {
    condition     = can(regex("^[0-9]{12}\\.dkr\\.ecr\\.[a-z0-9-]+\\.amazonaws\\.com(\\.cn)?/[a-z0-9._/-]+(:[A-Za-z0-9_.-]+|@sha256:[0-9a-f]{64})$", var.image.uri)) && !endswith(var.image.uri, ":latest")
    error_message = "AgentCore pulls from ECR, and one version: a tag or a digest, and not latest."
  }

  validation {
    condition     = can(regex("^arn:[a-z-]+:ecr:", var.image.repository_arn))
    error_message = "This is not the ARN of an ECR repository."
  }
}

variable "pinned_version" {
  description = "Version of the runtime that the endpoint `pinned` stays at; null for the newest"
  type        = string
  default     = null

  validation {
    condition     = var.pinned_version == null || can(regex("^[1-9][0-9]*$", var.pinned_version))
    error_message = "Versions are counted from 1."
  }
}

variable "model" {
  description = "Model that answers: `bedrock:ID`, `anthropic:ID`, `openai:ID` or `ollama:ID`; `offline` for a trial without one"
  type        = string

  validation {
    condition     = var.model == "offline" || can(regex("^(bedrock|anthropic|openai|ollama):[^\\s]+$", var.model))
    error_message = "The model is offline or PROVIDER:ID, with bedrock, anthropic, openai or ollama."
  }
}

variable "policy_embedder" {
  description = "What finds policies by their meaning: `bedrock:ID` of an embedding model of Titan or Cohere; `words` for a search without one"
  type        = string
  default     = "bedrock:amazon.titan-embed-text-v2:0"

  validation {
    condition     = var.policy_embedder == "words" || can(regex("^bedrock:[^\\s]+$", var.policy_embedder))
    error_message = "This is neither words nor bedrock:ID."
  }
}

variable "model_arns" {
  description = "What of Bedrock the agent may call; null for what `model` names"
  type        = list(string)
  default     = null

  validation {
    condition     = var.model_arns == null || alltrue([for arn in coalesce(var.model_arns, []) : can(regex("^arn:[a-z-]+:bedrock:[^:]*:[^:]*:(foundation-model|inference-profile|application-inference-profile)/[^*]+$", arn))])
    error_message = "Name each model or inference profile; wildcards stand for regions only."
  }
}

variable "model_base_url" {
  description = "Where the model's provider is, such as `https://llm.example.com/v1`; null for its usual address"
  type        = string
  default     = null

  validation {
    condition     = var.model_base_url == null || can(regex("^https?://[^\\s]+$", var.model_base_url))
    error_message = "This is not an address."
  }
}

variable "guardrail" {
  description = "Bedrock guardrail of every answer: `id` and `version`; null for none"
  type        = object({ id = string, version = optional(string, "DRAFT") })
  default     = null
}

variable "identity" {
  description = "Whose tokens are taken: what the module `identity` made"
  type = object({
    # OpenID Connect discovery document of the user pool
    discovery_url = string
    # Client that people sign in with: whose tokens the runtime takes
    web_client_id = string
    # Group whose members may ask; demanded by AWS where authorizers_override.tf is kept
    users_group = string
    # Client of the agent: whose tokens the Gateway takes
    m2m_client_id = string
    # Scope that the Gateway demands; demanded where authorizers_override.tf is kept
    m2m_scope = string
  })

  validation {
    condition     = can(regex("^https://.+/\\.well-known/openid-configuration$", var.identity.discovery_url))
    error_message = "AgentCore wants https and /.well-known/openid-configuration at the end."
  }

  validation {
    condition     = can(regex("^[^/\\s]+/[^/\\s]+$", var.identity.m2m_scope))
    error_message = "A scope is RESOURCE-SERVER/NAME."
  }
}

variable "request_headers" {
  description = "Headers that reach the agent beside Authorization"
  type        = list(string)
  default     = []

  validation {
    condition     = length(var.request_headers) <= 19 && alltrue([for header in var.request_headers : startswith(header, "X-Amzn-Bedrock-AgentCore-Runtime-Custom-")])
    error_message = "At most 19, and each begins with X-Amzn-Bedrock-AgentCore-Runtime-Custom-."
  }
}

variable "server_protocol" {
  description = "What the runtime takes the stream for: `HTTP`, or `AGUI` with a provider that knows it; port, path and bytes are the same"
  type        = string
  default     = "HTTP"

  validation {
    condition     = contains(["HTTP", "AGUI"], var.server_protocol)
    error_message = "The agent speaks AG-UI over HTTP: the protocol is HTTP or AGUI."
  }
}

variable "network" {
  description = "Subnets and security groups of the agent; null for AWS's own network"
  type        = object({ subnet_ids = list(string), security_group_ids = list(string) })
  default     = null
}

variable "tools" {
  description = "Tools of the Gateway"
  type = object({
    # Tools by Gateway target, as in `gateway_tools/targets.json`
    targets = map(list(string))
    # Folder with one JSON schema a tool
    schemas_directory = string
    # Lambda functions by Gateway target
    function_arns = map(string)
  })

  validation {
    condition     = alltrue([for target in keys(var.tools.targets) : can(regex("^([0-9a-zA-Z]-?){1,100}$", target))])
    error_message = "A target has up to 100 letters and digits, with single dashes between them."
  }

  validation {
    condition     = alltrue([for arn in values(var.tools.function_arns) : can(regex("^arn:[a-z-]+:lambda:", arn))])
    error_message = "These are not all ARNs of functions."
  }
}

variable "clients_table_arn" {
  description = "Table of client accounts, which a tool of the agent reads"
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:dynamodb:", var.clients_table_arn))
    error_message = "This is not the ARN of a table."
  }
}

variable "policies_bucket_arn" {
  description = "Bucket of the company's policies, which a tool of the agent searches"
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:s3:::", var.policies_bucket_arn))
    error_message = "This is not the ARN of a bucket."
  }
}

variable "memory_readers" {
  description = "Roles besides the agent's that may be one person in memory: the chat service's, for the page of one's own memories"
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.memory_readers : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/", arn))])
    error_message = "These are not all ARNs of roles."
  }
}

variable "event_expiry_days" {
  description = "Days that conversations are kept in memory"
  type        = number
  default     = 90

  validation {
    condition     = var.event_expiry_days >= 7 && var.event_expiry_days <= 365
    error_message = "AgentCore keeps events for 7 to 365 days."
  }
}
