output "vpc_id" {
  description = "Id of the network"
  value       = aws_vpc.this.id
}

output "public_subnet_ids" {
  description = "Subnets of the load balancer"
  value       = [for zone in local.zones : aws_subnet.public[zone].id]
}

output "private_subnet_ids" {
  description = "Private subnets; empty without `private_subnets`"
  value       = [for zone in local.private_zones : aws_subnet.private[zone].id]
}
