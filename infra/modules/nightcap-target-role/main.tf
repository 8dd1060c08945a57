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
  snapshot_prefix       = var.snapshot_prefix
}

resource "aws_iam_role" "this" {
  name                 = var.name
  description          = "Lets Nightcap of account ${split(":", var.scheduler_role_arn)[4]} stop and start ${join(", ", var.environments)} here"
  max_session_duration = 3600
  permissions_boundary = var.permissions_boundary

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      merge(
        {
          Effect    = "Allow"
          Action    = "sts:AssumeRole"
          Principal = { AWS = var.scheduler_role_arn }
        },
        { for key, value in { Condition = { StringEquals = { "sts:ExternalId" = coalesce(var.external_id, "-") } } } : key => value if var.external_id != null },
      ),
    ]
  })

  tags = var.tags
}

resource "aws_iam_role_policy" "this" {
  name   = "schedule"
  role   = aws_iam_role.this.id
  policy = module.policy.json
}
