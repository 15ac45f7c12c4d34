variable "region" {
  description = "AWS region; AgentCore must be there"
  type        = string
  default     = "us-east-1"

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "This is not a region."
  }
}

variable "name" {
  description = "Prefix of every name and, below `/app/`, of every SSM parameter"
  type        = string
  default     = "bizassist"

  # What the services behind it allow together: Cognito, load balancers, AgentCore, buckets.
  validation {
    condition     = can(regex("^[a-z](-?[a-z0-9]){2,19}$", var.name)) && length(var.name) <= 20 && !can(regex("aws|amazon|cognito|^(internal|sg)-", var.name))
    error_message = "The name has 3 to 20 lower-case letters, digits and single inner dashes, begins with a letter but not with internal- or sg-, and has no aws, amazon or cognito in it."
  }
}

variable "domain_name" {
  description = "Name under which people, Slack and Teams reach the service, such as `assistant.example.com`"
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,}$", var.domain_name))
    error_message = "This is not a domain name."
  }
}

variable "hosted_zone_id" {
  description = "Route 53 zone in which certificate and record are made; null when DNS is elsewhere, then `certificate_arn` is needed"
  type        = string
  default     = null
}

variable "web_acl_arn" {
  description = "Regional web ACL of AWS WAF in front of the load balancer; null for none"
  type        = string
  default     = null
}

variable "web_acl" {
  description = "Whether a web ACL of AWS WAF with managed rules is made, that lets chats, files, Slack and Teams through"
  type        = bool
  default     = false

  validation {
    condition     = !var.web_acl || var.web_acl_arn == null
    error_message = "A load balancer has one web ACL: yours, or the one that is made."
  }
}

variable "take_over_domain" {
  description = "Whether the record of `domain_name` may belong to another deployment, as after the loss of a region: it then leads here"
  type        = bool
  default     = false
}

variable "certificate_arn" {
  description = "ACM certificate of `domain_name`; null to make one in `hosted_zone_id`"
  type        = string
  default     = null

  validation {
    condition     = var.certificate_arn != null || var.hosted_zone_id != null
    error_message = "Give a certificate, or a Route 53 zone in which one can be made."
  }
}

variable "image_tag" {
  description = "Tag of both images; tags are immutable, so a new version is a new tag"
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$", var.image_tag)) && var.image_tag != "latest"
    error_message = "A tag names one version: letters, digits, dots, dashes and underscores, and not latest."
  }
}

variable "lambda_folder" {
  description = "Folder with `function.zip` and `layer.zip`; null for `build/lambda` of this repository"
  type        = string
  default     = null
}

variable "model" {
  description = "Model of the agent, such as `bedrock:ID`"
  type        = string
  default     = "bedrock:global.anthropic.claude-sonnet-4-6"

  validation {
    condition = alltrue([
      for profile, regions in {
        us     = "^(us|ca|mx)-"
        us-gov = "^us-gov-"
        eu     = "^eu-"
        apac   = "^ap-"
        jp     = "^ap-northeast-"
        au     = "^ap-southeast-"
      } : !startswith(var.model, "bedrock:${profile}.") || can(regex(regions, var.region))
    ])
    error_message = "This inference profile is for other regions; one that begins with global. is for all."
  }
}

variable "policy_embedder" {
  description = "What finds policies by their meaning: `bedrock:ID` of an embedding model of Titan or Cohere; `words` for a search without one"
  type        = string
  default     = "bedrock:amazon.titan-embed-text-v2:0"
}

variable "model_base_url" {
  description = "Where the model's provider is, such as `https://llm.example.com/v1`; null for its usual address"
  type        = string
  default     = null
}

variable "tracing" {
  description = "Whether spans go to X-Ray; CloudWatch Transaction Search must be on in the account. They tell what took how long, never what was said"
  type        = bool
  default     = false
}

variable "guardrail" {
  description = "Bedrock guardrail of every answer: `id` and `version`; null for none"
  type        = object({ id = string, version = optional(string, "DRAFT") })
  default     = null
}

variable "memory_readers" {
  description = "Roles that may be one person in memory, beside the agent's and the chat service's: that of whoever runs `bizassist doctor --deep`, while they do"
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.memory_readers : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/", arn))])
    error_message = "These are not all ARNs of roles."
  }
}

variable "network" {
  description = "Network to run in; null to make one"
  type = object({
    vpc_id                   = string
    load_balancer_subnet_ids = list(string)
    service_subnet_ids       = list(string)
    assign_public_ip         = optional(bool, false)
  })
  default = null
}

variable "private_subnets" {
  description = "Whether the network that is made has private subnets for the service, with NAT gateways"
  type        = bool
  default     = false
}

variable "nat_gateway_per_zone" {
  description = "Whether each zone gets a NAT gateway of its own"
  type        = bool
  default     = false
}

variable "sign_in_domain_prefix" {
  description = "Prefix of the sign-in domain; null for `{name}-{account}`"
  type        = string
  default     = null
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
}

variable "mfa" {
  description = "Second factor by authenticator app: `OFF`; `ON`, which managed login lets everybody enrol at their next sign-in; or `OPTIONAL`, which asks only who has enrolled already: Cognito's pages don't offer it"
  type        = string
  default     = "OPTIONAL"
}

variable "managed_login" {
  description = "The sign-in pages: `enabled` for managed login, else the classic ones, which ignore that somebody is to sign in again; `settings` a style as JSON (`aws cognito-idp describe-managed-login-branding-by-client` shows one), null for Cognito's own; `logo_svg` the company's logo or name, with a style of its own only"
  type = object({
    enabled  = optional(bool, true)
    settings = optional(string)
    logo_svg = optional(string)
  })
  default = {}

  validation {
    condition     = var.managed_login.settings == null || can(jsondecode(var.managed_login.settings))
    error_message = "The settings of managed login are JSON."
  }

  validation {
    condition     = var.managed_login.logo_svg == null || var.managed_login.settings != null
    error_message = "Cognito takes a logo only beside settings."
  }
}

variable "refresh_token_days" {
  description = "Days after which a link expires and its person must sign in again"
  type        = number
  default     = 30
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

variable "upload_days" {
  description = "Days after which files that people attached are deleted"
  type        = number
  default     = 30
}

variable "allowed_cidrs" {
  description = "Addresses that may reach the load balancer"
  type        = set(string)
  default     = ["0.0.0.0/0"]
}

variable "chat_concurrency" {
  description = "How much one task of the chat service does at the same time: runs of the agent, turns it has received, threads for short calls of AWS, connections to each platform"
  type = object({
    runs_at_once         = optional(number, 100)
    turns_at_once        = optional(number, 1000)
    threads              = optional(number, 32)
    platform_connections = optional(number, 200)
  })
  default = {}
}

variable "trusted_proxies" {
  description = "Proxies before the service that add to `X-Forwarded-For`: 1 is the load balancer, 2 with a CDN before it. Too many, and a sender chooses the address that its limit counts for"
  type        = number
  default     = 1
}

variable "invitations" {
  description = "Whether administrators invite people at `/admin/invite`. It takes rights by which whoever takes over the chat service makes administrators: without them, people and groups change in the user pool alone"
  type        = bool
  default     = true
}

variable "microsoft_cloud" {
  description = "Microsoft cloud of the Teams tenant: `public` or `gcc`; the bot doesn't work in the others"
  type        = string
  default     = "public"
}

variable "personal_data_operators" {
  description = "ARNs of the roles by which operators run `bizassist data` against this deployment; nobody, unless named"
  type        = list(string)
  default     = []
}

variable "platforms" {
  description = "Platforms beside the web chat: `slack`, `teams`. Put a platform's secret before you name it here: a task whose secret has no value doesn't start"
  type        = set(string)
  default     = []
}

variable "slack_oauth" {
  description = "Whether Slack's app is installed in several workspaces, at `/slack/install`, and not in one by its token"
  type        = bool
  default     = false
}

variable "cpu" {
  description = "Processor of a task in units of 1/1024"
  type        = number
  default     = 512
}

variable "memory" {
  description = "Memory of a task in MB"
  type        = number
  default     = 1024
}

variable "capacity" {
  description = "Fewest and most tasks"
  type = object({
    min = optional(number, 2)
    max = optional(number, 10)
  })
  default = {}
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
    condition     = var.web_search.provider != "agentcore" || contains(["us-east-1", "us-east-2", "us-west-2", "ap-southeast-2", "ap-northeast-1", "eu-west-1"], var.region)
    error_message = "AgentCore's managed web search is not in this region: name another provider."
  }
}

variable "log_retention_days" {
  description = "Days that logs are kept"
  type        = number
  default     = 90

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "CloudWatch knows certain numbers of days only, such as 30, 90 or 365; never is not among ours."
  }
}

variable "alarm_emails" {
  description = "Who is told of alarms; each address must confirm once"
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for email in var.alarm_emails : can(regex("^[^@\\s]+@[^@\\s]+$", email))])
    error_message = "Each is an e-mail address."
  }
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete what holds data"
  type        = bool
  default     = true
}

variable "tags" {
  description = "Tags of every resource, beside `Product` and `ManagedBy`"
  type        = map(string)
  default     = {}
}
