# What exists once an account, whatever the number of environments: made by the one
# environment whose variables say `account_services = true` (prod, by default).

module "budget" {
  source = "../modules/budget"
  count  = var.account_services ? 1 : 0

  topic_name  = var.alert_topic_name
  emails      = var.alert_emails
  budget_name = var.budget_name
  limit       = var.budget_limit
}

module "registry" {
  source = "../modules/registry"
  count  = var.account_services ? 1 : 0

  force_delete    = var.registry_force_delete
  replica_regions = var.secret_replica_regions
}

module "nightcap" {
  source = "../modules/nightcap"
  count  = var.account_services && var.nightcap ? 1 : 0

  config_file         = coalesce(var.nightcap_config_file, "${path.root}/../../nightcap.yaml")
  scheduler_zip       = coalesce(var.scheduler_zip, "${path.root}/../../target/lambda/scheduler/bootstrap.zip")
  budget_guard_zip    = var.budget_guard_zip
  architecture        = var.nightcap_architecture
  inventory           = var.nightcap_inventory
  prices              = var.nightcap_prices
  enabled             = var.nightcap_enabled
  topic_arn           = module.budget[0].topic_arn
  topic_key_arn       = module.budget[0].topic_key_arn
  log_retention_days  = var.log_retention_days
  deletion_protection = var.ledger_deletion_protection

  config_s3       = var.nightcap_config_s3
  organization_id = var.nightcap_organization_id
  kms_key_arns    = var.nightcap_kms_key_arns
}
