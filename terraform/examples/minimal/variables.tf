variable "domain_name" {
  description = "Name of the service, such as `assistant.example.com`"
  type        = string
}

variable "hosted_zone_id" {
  description = "Route 53 zone of that name"
  type        = string
}

variable "image_tag" {
  description = "Tag of both images"
  type        = string
}
