output "load_balancer_dns_name" {
  description = "DNS name of the load balancer: what the edge's DNS record points at. Null in dev."
  value       = module.compute.load_balancer_dns_name
}

output "dev_address_command" {
  description = "Says the public address of dev's instance, which is another one each morning; an output that held it would differ in every plan. Null elsewhere."
  value       = local.dev ? "aws ec2 describe-instances --region ${var.region} --instance-ids ${module.compute.single_instance_id} --query 'Reservations[].Instances[].PublicIpAddress' --output text" : null
}

output "database_endpoint" {
  description = "Host name of the database, null in dev."
  value       = one(module.data[*].database_endpoint)
}

output "database_identifier" {
  description = "Identifier of the database, null in dev."
  value       = one(module.data[*].database_identifier)
}

output "database_arn" {
  description = "ARN of the database, for the standby's replica or replicated backups. Null in dev."
  value       = one(module.data[*].database_arn)
}

output "database_secret_arn" {
  description = "ARN of the secret with the database's user and password, null in dev."
  value       = one(module.data[*].database_secret_arn)
}

output "cache_endpoint" {
  description = "Host name of Redis, null in dev."
  value       = one(module.data[*].cache_endpoint)
}

output "group_name" {
  description = "Name of the application's Auto Scaling group, null in dev."
  value       = module.compute.group_name
}

output "nat_group_names" {
  description = "Names of the NAT instances' groups by zone."
  value       = module.network.nat_group_names
}

output "application_secret_arn" {
  description = "ARN of the secret with JWT_SECRET and COOKIE_SECRET."
  value       = module.compute.application_secret_arn
}

output "alert_topic_arn" {
  description = "ARN of the alert topic."
  value       = local.topic_arn
}

output "repository_urls" {
  description = "Image repositories to push to, null where account_services is off."
  value       = one(module.registry[*].repository_urls)
}

output "nightcap" {
  description = "Nightcap's function, its settings, table, queues and schedules; null where it is not deployed."
  value = one([
    for nightcap in module.nightcap : {
      scheduler_function_name = nightcap.scheduler_function_name
      scheduler_role_arn      = nightcap.scheduler_role_arn
      scheduler_environment   = nightcap.scheduler_environment
      scheduler_policies      = nightcap.scheduler_policies
      guard_policy            = nightcap.guard_policy
      ledger_table_name       = nightcap.ledger_table_name
      queue_url               = nightcap.queue_url
      schedules               = nightcap.schedules
      scheduled_environments  = nightcap.scheduled_environments
    }
  ])
}

output "next_step" {
  description = "What the deployer has to do now."
  value       = var.account_services ? module.budget[0].next_step : "Alarms speak to ${var.alert_topic_name}, which the environment with account_services = true makes: until it is applied and its readers have confirmed, nobody hears them."
}
