locals {
  region    = data.aws_region.current.id
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition

  scheduler_name = "${var.name}-scheduler"
  guard_name     = "${var.name}-budget-guard"
  with_guard     = var.budget_guard_zip != null

  # The functions get the file's own text: decoding and encoding it again would turn
  # dates into timestamps and lose the lines that error messages point at.
  config_text = file(var.config_file)
  config      = yamldecode(local.config_text)

  # Lambda takes 4 KB of variables in all, Parameter Store 4 KB (standard) or 8 KB.
  config_inline    = length(local.config_text) <= 3000
  config_reference = local.config_inline ? local.config_text : "ssm://${aws_ssm_parameter.config[0].name}"

  # Refused by name too: no spelling in the file makes production schedulable.
  environments = {
    for name, environment in try(local.config.environments, {}) : name => environment
    if try(environment.schedule, null) != null && !try(environment.protected, false) && !contains(var.protected_values, lower(name))
  }
  target_roles = distinct(concat(
    flatten([for environment in local.environments : try(environment.roles, [])]),
    var.target_role_arns,
  ))
}

data "aws_region" "current" {}
data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

resource "aws_ssm_parameter" "config" {
  # checkov:skip=CKV2_AWS_34: the configuration holds schedules, not secrets
  count = local.config_inline ? 0 : 1

  name        = "/${var.name}/config"
  description = "nightcap.yaml"
  type        = "String"
  tier        = length(local.config_text) <= 4096 ? "Standard" : "Advanced"
  value       = local.config_text

  tags = var.tags

  lifecycle {
    precondition {
      condition     = length(local.config_text) <= 8192
      error_message = "${var.config_file} is larger than the 8 KB Parameter Store takes: shorten its comments."
    }
  }
}
