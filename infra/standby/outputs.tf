output "load_balancer_dns_name" {
  description = "What the shop's DNS record points at after a fail-over."
  value       = module.compute.load_balancer_dns_name
}

output "group_name" {
  description = "The dormant group."
  value       = module.compute.group_name
}

output "start_command" {
  description = "Starts the group in a fail-over, once the database is available."
  value       = "aws autoscaling update-auto-scaling-group --region ${var.region} --auto-scaling-group-name ${module.compute.group_name} --min-size 2 --desired-capacity 2 --max-size 4"
}

output "database_host" {
  description = "Host name of the standby's database; a placeholder ending in .invalid while there is none."
  value       = local.database_host
}
