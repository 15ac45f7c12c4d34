variable "name" {
  description = "Prefix of every name, such as `bizassist`"
  type        = string

  # What the services behind it allow together: Cognito, load balancers, AgentCore, buckets.
  validation {
    condition     = can(regex("^[a-z](-?[a-z0-9]){2,19}$", var.name)) && length(var.name) <= 20 && !can(regex("aws|amazon|cognito|^(internal|sg)-", var.name))
    error_message = "The name has 3 to 20 lower-case letters, digits and single inner dashes, begins with a letter but not with internal- or sg-, and has no aws, amazon or cognito in it."
  }
}

variable "cidr" {
  description = "Addresses of the network"
  type        = string
  default     = "10.40.0.0/16"

  validation {
    condition     = can(cidrsubnet(var.cidr, 4, 15)) && can(regex("/(1[6-9]|2[0-4])$", var.cidr))
    error_message = "This is not an IPv4 range between /16 and /24."
  }
}

variable "zones" {
  description = "Number of availability zones"
  type        = number
  default     = 2

  validation {
    condition     = var.zones >= 2 && var.zones <= 4
    error_message = "A load balancer needs at least 2 zones; more than 4 are of no use."
  }
}

variable "private_subnets" {
  description = "Whether to make private subnets, with NAT gateways for the way out"
  type        = bool
  default     = false
}

variable "nat_gateway_per_zone" {
  description = "Whether each zone gets a NAT gateway of its own"
  type        = bool
  default     = false
}
