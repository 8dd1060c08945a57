# The budget guard reads money and writes holds and mails. It has no right to stop,
# start, resize or tag anything, and is denied it besides.

resource "aws_iam_role" "guard" {
  count = local.with_guard ? 1 : 0

  name                 = local.guard_name
  description          = "Nightcap's budget guard: may stop nothing"
  assume_role_policy   = local.trust_lambda
  permissions_boundary = var.permissions_boundary

  tags = var.tags
}

resource "aws_iam_role_policy" "guard" {
  count = local.with_guard ? 1 : 0

  name = "guard"
  role = aws_iam_role.guard[0].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      values(local.common_statements),
      local.optional_statements,
      [
        {
          Sid      = "WriteLogs"
          Effect   = "Allow"
          Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
          Resource = "${aws_cloudwatch_log_group.guard[0].arn}:*"
        },
        {
          Sid      = "ReadTheLedger"
          Effect   = "Allow"
          Action   = ["dynamodb:Query", "dynamodb:GetItem"]
          Resource = aws_dynamodb_table.ledger.arn
        },
        {
          # Its own memory; its sign of life, and mails that wait for a tick to send them, both in
          # the state; and holds, which stand in the state, among all holds and in the
          # history of their environment. A resource's history is the scheduler's to write.
          # IAM sees partition keys only: within the state it cannot tell entries apart.
          Sid      = "KeepItsPartOfTheLedger"
          Effect   = "Allow"
          Action   = ["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:BatchWriteItem"]
          Resource = aws_dynamodb_table.ledger.arn
          Condition = {
            "ForAllValues:StringLike"    = { "dynamodb:LeadingKeys" = ["state", "held", "guard#*", "history#*"] }
            "ForAllValues:StringNotLike" = { "dynamodb:LeadingKeys" = ["history#arn:*"] }
            # ForAllValues is true of an empty list as well.
            Null = { "dynamodb:LeadingKeys" = "false" }
          }
        },
        {
          # ViewBudget is the permission of DescribeBudgets, of one budget and of all.
          Sid      = "ReadBudgets"
          Effect   = "Allow"
          Action   = "budgets:ViewBudget"
          Resource = "arn:${local.partition}:budgets::${local.account}:budget/*"
        },
        {
          # ViewBudget depends on it (Service Authorization Reference, AWS Budget Service).
          Sid      = "ReadTheBillingView"
          Effect   = "Allow"
          Action   = "billing:GetBillingViewData"
          Resource = "arn:${local.partition}:billing::${local.account}:billingview/*"
        },
        {
          # Cost Explorer and the price list have no resource-level permissions for
          # these (Service Authorization Reference, AWS Cost Explorer, AWS Price List).
          Sid      = "ReadCostsAndPrices"
          Effect   = "Allow"
          Action   = ["ce:GetCostAndUsage", "ce:GetCostForecast", "pricing:GetProducts"]
          Resource = "*"
        },
        {
          # For the plan and the plausibility gate: what could this account cost?
          # DescribeAutoScalingGroups has no resource-level permission
          # (Service Authorization Reference, Amazon EC2 Auto Scaling).
          Sid      = "SeeGroups"
          Effect   = "Allow"
          Action   = "autoscaling:DescribeAutoScalingGroups"
          Resource = "*"
        },
        {
          Sid    = "SeeDatabases"
          Effect = "Allow"
          Action = ["rds:DescribeDBInstances", "rds:DescribeDBClusters"]
          Resource = [
            "arn:${local.partition}:rds:*:${local.account}:db:*",
            "arn:${local.partition}:rds:*:${local.account}:cluster:*",
          ]
        },
        {
          # An address that was never confirmed is told: nobody reads there.
          Sid      = "CheckSubscriptions"
          Effect   = "Allow"
          Action   = "sns:ListSubscriptionsByTopic"
          Resource = var.topic_arn
        },
        {
          Sid    = "StopNothing"
          Effect = "Deny"
          Action = [
            "autoscaling:CreateOrUpdateTags", "autoscaling:Delete*", "autoscaling:Put*", "autoscaling:Set*",
            "autoscaling:Suspend*", "autoscaling:Terminate*", "autoscaling:Update*",
            "ec2:CreateTags", "ec2:DeleteTags", "ec2:RebootInstances", "ec2:RunInstances", "ec2:StartInstances",
            "ec2:StopInstances", "ec2:TerminateInstances", "ecs:Delete*", "ecs:TagResource", "ecs:UpdateService",
            "eks:Delete*", "eks:TagResource", "eks:Update*", "lambda:InvokeFunction", "rds:AddTagsToResource", "rds:Delete*", "rds:Modify*",
            "rds:Reboot*", "rds:Start*", "rds:Stop*", "sts:AssumeRole",
          ]
          Resource = "*"
        },
      ],
      local.price_statements,
    )
  })
}
