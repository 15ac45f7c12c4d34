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
    # Whether spans go to X-Ray; they tell what took how long, never what was said
    tracing = bool
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
    condition     = can(regex("^https://[^/\\s]+$", var.deployment.public_url)) || can(regex("^http://(localhost|127\\.0\\.0\\.1)(:[0-9]+)?$", var.deployment.public_url))
    error_message = "Cognito takes https addresses only (http for loopback), and here without a path."
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

variable "image_tag" {
  description = "Tag of the chat service's image; tags are immutable, so a new version is a new tag"
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$", var.image_tag)) && var.image_tag != "latest"
    error_message = "A tag names one version: letters, digits, dots, dashes and underscores, and not latest."
  }
}

variable "user_pool_arn" {
  description = "User pool whose people the service looks up"
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:cognito-idp:", var.user_pool_arn))
    error_message = "This is not the ARN of a user pool."
  }
}

variable "memory_arn" {
  description = "AgentCore Memory whose state the setup checklist shows"
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:bedrock-agentcore:", var.memory_arn))
    error_message = "This is not the ARN of a memory."
  }
}

variable "memory_role_arn" {
  description = "Role that is assumed for one person before their memories are shown to them"
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/", var.memory_role_arn))
    error_message = "This is not the ARN of a role."
  }
}

variable "network" {
  description = "Network that the service runs in"
  type = object({
    # Its id
    vpc_id = string
    # Subnets of the load balancer, in at least two zones
    load_balancer_subnet_ids = list(string)
    # Subnets of the service; private ones need a way out (NAT)
    service_subnet_ids = list(string)
    # Whether tasks get a public address: true in public subnets, false in private ones
    assign_public_ip = bool
  })

  validation {
    condition     = can(regex("^vpc-", var.network.vpc_id))
    error_message = "A network's id begins with vpc-."
  }

  validation {
    condition     = length(var.network.load_balancer_subnet_ids) >= 2
    error_message = "A load balancer needs subnets in at least two zones."
  }

  validation {
    condition     = length(var.network.service_subnet_ids) >= 1
    error_message = "The service needs a subnet."
  }
}

variable "internal" {
  description = "Whether the load balancer has private addresses only; Slack and Teams then can't reach it"
  type        = bool
  default     = false
}

variable "allowed_cidrs" {
  description = "Addresses that may reach the load balancer"
  type        = set(string)
  default     = ["0.0.0.0/0"]

  validation {
    condition     = alltrue([for cidr in var.allowed_cidrs : can(cidrhost(cidr, 0))])
    error_message = "Each is an IPv4 range, such as 203.0.113.0/24."
  }
}

variable "web_acl" {
  description = "Regional web ACL of AWS WAF in front of the load balancer; null for none"
  type        = object({ arn = string })
  default     = null

  validation {
    condition     = var.web_acl == null || can(regex("^arn:[a-z-]+:wafv2:[a-z0-9-]+:[0-9]{12}:regional/webacl/", try(var.web_acl.arn, "")))
    error_message = "This is not the ARN of a regional web ACL."
  }
}

variable "certificate_arn" {
  description = "ACM certificate of the service's name"
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:acm:", var.certificate_arn))
    error_message = "This is not the ARN of an ACM certificate."
  }
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

  validation {
    condition = alltrue([
      for bound, range in {
        runs_at_once         = [1, 1000]
        turns_at_once        = [1, 10000]
        threads              = [2, 256]
        platform_connections = [1, 2000]
      } : floor(var.chat_concurrency[bound]) == var.chat_concurrency[bound] && range[0] <= var.chat_concurrency[bound] && var.chat_concurrency[bound] <= range[1]
    ])
    error_message = "Runs are 1 to 1000, turns 1 to 10000, threads 2 to 256, connections 1 to 2000."
  }
}

variable "trusted_proxies" {
  description = "Proxies before the service that add to `X-Forwarded-For`: 1 is the load balancer, 2 with a CDN before it. Too many, and a sender chooses the address that its limit counts for"
  type        = number
  default     = 1

  validation {
    condition     = contains(range(6), var.trusted_proxies)
    error_message = "There are 0 to 5 proxies."
  }
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

  validation {
    condition     = contains(["public", "gcc"], var.microsoft_cloud)
    error_message = "The Microsoft cloud is public or gcc: the bot doesn't work in the others."
  }
}

variable "personal_data_operators" {
  description = "ARNs of the roles by which operators run `bizassist data` against this deployment; nobody, unless named"
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.personal_data_operators : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/", arn))])
    error_message = "These are not all ARNs of roles."
  }
}

variable "platforms" {
  description = "Platforms beside the web chat: `slack`, `teams`. Put a platform's secret before you name it here: a task whose secret has no value doesn't start"
  type        = set(string)
  default     = []

  validation {
    condition     = length(setsubtract(var.platforms, ["slack", "teams"])) == 0
    error_message = "The platforms are slack and teams; the web chat is always there."
  }
}

variable "slack_oauth" {
  description = "Whether Slack's app is installed in several workspaces, at `/slack/install`, and not in one by its token"
  type        = bool
  default     = false
}

variable "start_after" {
  description = "Ids of what must be there before the first task starts: other modules' parameters, the agent's runtime"
  type        = list(string)
  default     = []
}

variable "cpu" {
  description = "Processor of a task in units of 1/1024"
  type        = number
  default     = 512

  validation {
    condition     = contains([256, 512, 1024, 2048, 4096], var.cpu)
    error_message = "Fargate knows 256, 512, 1024, 2048 and 4096 here."
  }
}

variable "memory" {
  description = "Memory of a task in MB"
  type        = number
  default     = 1024

  validation {
    condition     = var.memory >= 512 && var.memory >= var.cpu * 2 && var.memory <= var.cpu * 8
    error_message = "Fargate takes two to eight MB for each unit of processor, and at least 512."
  }
}

variable "capacity" {
  description = "Fewest and most tasks"
  type = object({
    min = optional(number, 2)
    max = optional(number, 10)
  })
  default = {}

  validation {
    condition     = var.capacity.min >= 1 && var.capacity.max >= var.capacity.min && var.capacity.max <= 200
    error_message = "At least one task, and at most 200."
  }
}

variable "upload_days" {
  description = "Days after which files that people attached are deleted; transcripts last 30"
  type        = number
  default     = 30

  validation {
    condition     = var.upload_days >= 1 && var.upload_days <= 3650
    error_message = "Files are kept for 1 to 3650 days."
  }
}

variable "autoscaling" {
  description = "Whether the number of tasks follows the load; otherwise it stays at the fewest"
  type        = bool
  default     = true
}

variable "scale_at" {
  description = "Load at which tasks are added: questions that wait for each task, percent of processor"
  type = object({
    backlog_per_task = optional(number, 10)
    cpu_percent      = optional(number, 60)
  })
  default = {}

  validation {
    condition     = var.scale_at.backlog_per_task >= 1 && var.scale_at.cpu_percent >= 10 && var.scale_at.cpu_percent <= 90
    error_message = "At least one question, and 10 to 90 percent."
  }
}
