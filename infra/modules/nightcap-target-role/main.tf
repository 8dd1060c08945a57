# A role in another account that Nightcap's scheduler assumes to work there. List its
# ARN under `environments.<name>.roles` in nightcap.yaml.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

module "policy" {
  source = "../nightcap-policy"

  environments          = var.environments
  kinds                 = var.kinds
  snapshot_environments = var.snapshot_environments
  protected_values      = var.protected_values
  account_id            = data.aws_caller_identity.current.account_id
  partition             = data.aws_partition.current.partition

  max_capacity               = var.max_capacity
  kms_key_arns               = var.kms_key_arns
  license_configuration_arns = var.license_configuration_arns
}

locals {
  # All inline policies of a role together end at 10,240 characters, a managed one at 6,144.
  inline = module.policy.size <= 10240

  # Whoever asks is in the organization, whatever becomes of the scheduler's account; and says
  # the external id, where there is one.
  asked = merge(
    { for id in compact([var.organization_id]) : "aws:PrincipalOrgID" => id },
    { for id in compact([var.external_id]) : "sts:ExternalId" => id },
  )
}

resource "aws_iam_role" "this" {
  name                 = var.name
  path                 = var.path
  description          = "Lets Nightcap of account ${split(":", var.scheduler_role_arn)[4]} stop and start ${length(var.environments) <= 10 ? join(", ", var.environments) : "${length(var.environments)} environments"} here"
  max_session_duration = 3600
  permissions_boundary = var.permissions_boundary

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      merge(
        {
          Sid       = "SchedulerWorksHere"
          Effect    = "Allow"
          Action    = "sts:AssumeRole"
          Principal = { AWS = var.scheduler_role_arn }
        },
        { for key, value in { Condition = { StringEquals = local.asked } } : key => value if length(local.asked) > 0 },
      ),
    ]
  })

  tags = var.tags
}

resource "aws_iam_role_policy" "this" {
  count = local.inline ? 1 : 0

  name   = "schedule"
  role   = aws_iam_role.this.id
  policy = module.policy.json
}

resource "aws_iam_policy" "this" {
  for_each = { for name, size in module.policy.part_sizes : name => size if !local.inline }

  name        = "${var.name}-${each.key}"
  path        = var.path
  description = "What Nightcap may do here: ${each.key}"
  policy      = module.policy.parts[each.key]

  tags = var.tags

  lifecycle {
    precondition {
      condition     = each.value <= 6144
      error_message = "The policy ${each.key} would have ${each.value} characters, a managed policy ends at 6,144: name fewer environments, or shorter ones, or put them into several accounts."
    }
  }
}

resource "aws_iam_role_policy_attachment" "this" {
  for_each = aws_iam_policy.this

  role       = aws_iam_role.this.name
  policy_arn = each.value.arn
}

moved {
  from = aws_iam_role_policy.this
  to   = aws_iam_role_policy.this[0]
}
