output "service_url" {
  description = "Where people reach the assistant"
  value       = module.bizassist.service_url
}

output "repository_urls" {
  description = "Where the images are pushed to"
  value       = module.bizassist.repository_urls
}
