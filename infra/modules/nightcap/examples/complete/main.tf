# Everything the module takes: two environments, one of them in a second account, a
# budget with its encrypted topic, the guard, and the role for the other account.

terraform {
  required_version = ">= 1.10"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7"
    }
  }
}

provider "aws" {
  # The tag is Nightcap's memory of a sleeping group, not Terraform's business.
  ignore_tags {
    keys = ["nightcap:capacity"]
  }
}

variable "scheduler_zip" {
  description = "Package of the scheduler, from `make package`."
  type        = string
}

variable "budget_guard_zip" {
  description = "Package of the budget guard, from `make package`."
  type        = string
}

module "budget" {
  source = "../../../budget"

  topic_name  = "example-alerts"
  budget_name = "example-monthly"
  emails      = ["finance@example.com"]
  limit       = 500
}

module "nightcap" {
  source = "../.."

  name                = "example-nightcap"
  config_file         = "${path.module}/nightcap.yaml"
  scheduler_zip       = var.scheduler_zip
  budget_guard_zip    = var.budget_guard_zip
  architecture        = "arm64"
  topic_arn           = module.budget.topic_arn
  topic_key_arn       = module.budget.topic_key_arn
  reconcile_rate      = "rate(5 minutes)"
  heartbeat_minutes   = 20
  guard_schedule      = "cron(30 10 * * ? *)"
  log_retention_days  = 14
  deletion_protection = false
  tags                = { Team = "platform" }
}

# In the other account, with a provider of that account:
module "target_role" {
  source = "../../../nightcap-target-role"

  name               = "example-nightcap-target"
  scheduler_role_arn = module.nightcap.scheduler_role_arn
  external_id        = null
  environments       = ["batch"]
  kinds              = { batch = ["auto-scaling-group", "rds-instance", "ecs-service"] }
}

output "next_step" {
  description = "What the deployer has to do now."
  value       = module.budget.next_step
}

output "scheduler_policies" {
  description = "What the scheduler may do."
  value       = module.nightcap.scheduler_policies
}

output "guard_policy" {
  description = "What the budget guard may do."
  value       = module.nightcap.guard_policy
}

output "schedules" {
  description = "Schedules made from the configuration."
  value       = module.nightcap.schedules
}
