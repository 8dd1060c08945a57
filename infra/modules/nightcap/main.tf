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

  # Lambda takes 4 KB of variables in all, Parameter Store 4 KB (standard) or 8 KB, S3 what
  # the functions read: 1 MB.
  config_in_s3        = var.config_s3 != null
  config_inline       = !local.config_in_s3 && length(local.config_text) <= 3000
  config_in_parameter = !local.config_in_s3 && !local.config_inline
  config_reference = (
    local.config_in_s3 ? "s3://${aws_s3_object.config[0].bucket}/${aws_s3_object.config[0].key}"
    : local.config_inline ? local.config_text
    : "ssm://${aws_ssm_parameter.config[0].name}"
  )

  # A name that only looks like production is released in the file, with a reason; the three
  # that are production never are.
  released = [for release in try(local.config.not_production, []) : lower(try(release.name, ""))]
  protected_values = [
    for value in var.protected_values : value
    if contains(["prod", "production", "live"], lower(value)) || !contains(local.released, lower(value))
  ]

  # Refused by name too: no spelling in the file makes production schedulable.
  environments = {
    for name, environment in try(local.config.environments, {}) : name => environment
    if try(environment.schedule, null) != null && !try(environment.protected, false) && !contains(local.protected_values, lower(name))
  }
  # An environment may have a larger maximum of its own.
  max_capacity = max(
    try(local.config.limits.max_capacity, 100),
    [for environment in local.environments : try(environment.max_capacity, 0)]...
  )
}

data "aws_region" "current" {}
data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

resource "aws_ssm_parameter" "config" {
  # checkov:skip=CKV2_AWS_34: the configuration holds schedules, not secrets
  count = local.config_in_parameter ? 1 : 0

  name        = "/${var.name}/config"
  description = "nightcap.yaml"
  type        = "String"
  tier        = length(local.config_text) <= 4096 ? "Standard" : "Advanced"
  value       = local.config_text

  tags = var.tags

  lifecycle {
    precondition {
      condition     = length(local.config_text) <= 8192
      error_message = "${var.config_file} is larger than the 8 KB Parameter Store takes: give a bucket and a key in config_s3."
    }
  }
}

resource "aws_s3_object" "config" {
  # checkov:skip=CKV_AWS_186: the bucket's own encryption; a customer key is a setting (config_s3.kms_key_arn)
  count = local.config_in_s3 ? 1 : 0

  bucket       = var.config_s3.bucket
  key          = var.config_s3.key
  content      = local.config_text
  content_type = "application/yaml"
  kms_key_id   = var.config_s3.kms_key_arn

  tags = var.tags

  lifecycle {
    precondition {
      condition     = length(local.config_text) <= 1048576
      error_message = "${var.config_file} is larger than the 1 MB the functions read."
    }
  }
}
