output "vpc_id" {
  description = "Id of the VPC."
  value       = aws_vpc.this.id
}

output "vpc_cidr" {
  description = "Address range of the VPC."
  value       = aws_vpc.this.cidr_block
}

output "public_subnet_ids" {
  description = "Ids of the public subnets, in the order of the zones."
  value       = [for zone in var.availability_zones : aws_subnet.public[zone].id]
}

output "private_subnet_ids" {
  description = "Ids of the private subnets, in the order of the zones."
  value       = [for zone in var.availability_zones : aws_subnet.private[zone].id]
}

output "nat_group_names" {
  description = "Names of the NAT instances' Auto Scaling groups, by zone; empty unless nat_mode is `instance`."
  value       = { for zone, group in aws_autoscaling_group.nat : zone => group.name }
}

output "nat_interface_ids" {
  description = "Interfaces the private default routes point at, by zone; empty unless nat_mode is `instance`."
  value       = { for zone, interface in aws_network_interface.nat : zone => interface.id }
}
