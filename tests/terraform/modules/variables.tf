variable "aws" {
  description = "Where the account is: the emulator's base URL"
  type        = string
}

variable "public_url" {
  description = "Where the chat service will listen"
  type        = string
}

variable "lambda_folder" {
  description = "Folder with `function.zip` and `layer.zip`"
  type        = string
}

variable "certificate_body" {
  description = "Certificate of the load balancer, PEM"
  type        = string
}

variable "certificate_key" {
  description = "Its private key, PEM"
  type        = string
  sensitive   = true
}

variable "refresh_token_rotation" {
  description = "False for applying: the emulator forgets it, and the provider notices"
  type        = bool
}

variable "autoscaling" {
  description = "False for applying: the emulator has no Application Auto Scaling"
  type        = bool
}
