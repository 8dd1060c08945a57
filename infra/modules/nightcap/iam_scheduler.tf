locals {
  trust_lambda = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })

  # What both functions need of Nightcap's own things.
  common_statements = {
    ledger = {
      Sid      = "KeepTheLedger"
      Effect   = "Allow"
      Action   = ["dynamodb:Query", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:BatchWriteItem"]
      Resource = aws_dynamodb_table.ledger.arn
    }
    publish = {
      Sid      = "TellPeople"
      Effect   = "Allow"
      Action   = "sns:Publish"
      Resource = var.topic_arn
    }
    dead_letters = {
      Sid      = "GiveUpLoudly"
      Effect   = "Allow"
      Action   = "sqs:SendMessage"
      Resource = aws_sqs_queue.dead_letters.arn
    }
  }
  key_arns = compact([var.topic_key_arn, var.kms_key_arn])
  optional_statements = concat(
    [for arns in [local.key_arns] : {
      Sid      = "UseTheKeys"
      Effect   = "Allow"
      Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
      Resource = arns
    } if var.topic_key_arn != null || var.kms_key_arn != null],
    [for parameter in aws_ssm_parameter.config : {
      Sid      = "ReadTheConfiguration"
      Effect   = "Allow"
      Action   = "ssm:GetParameter"
      Resource = parameter.arn
    }],
  )
}

resource "aws_iam_role" "scheduler" {
  name                 = local.scheduler_name
  description          = "Nightcap's scheduler"
  assume_role_policy   = local.trust_lambda
  permissions_boundary = var.permissions_boundary

  tags = var.tags
}

module "fleet_policy" {
  source = "../nightcap-policy"

  # A file without environments is refused by the schedule group; the name given here
  # then exists on no resource.
  environments = length(local.environments) == 0 ? ["nothing-is-scheduled"] : keys(local.environments)
  kinds        = { for name, environment in local.environments : name => environment.kinds if try(environment.kinds, null) != null }
  snapshot_environments = [
    for name, environment in local.environments : name if try(environment.snapshot_on_stop, false)
  ]
  protected_values = var.protected_values
  account_id       = local.account
  partition        = local.partition
  snapshot_prefix  = var.snapshot_prefix
}

resource "aws_iam_role_policy" "scheduler_fleet" {
  name   = "fleet"
  role   = aws_iam_role.scheduler.id
  policy = module.fleet_policy.json
}

resource "aws_iam_role_policy" "scheduler" {
  name = "own-things"
  role = aws_iam_role.scheduler.id

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
          Resource = "${aws_cloudwatch_log_group.scheduler.arn}:*"
        },
        {
          Sid      = "SpreadTargets"
          Effect   = "Allow"
          Action   = ["sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"]
          Resource = aws_sqs_queue.targets.arn
        },
      ],
      [for roles in [local.target_roles] : {
        Sid      = "WorkInOtherAccounts"
        Effect   = "Allow"
        Action   = "sts:AssumeRole"
        Resource = roles
      } if length(roles) > 0],
    )
  })
}

# EventBridge Scheduler's own role: starts the two functions, nothing else.
resource "aws_iam_role" "invoker" {
  name                 = "${var.name}-invoker"
  description          = "EventBridge Scheduler starts Nightcap's functions"
  permissions_boundary = var.permissions_boundary

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "scheduler.amazonaws.com" }
      Condition = {
        StringEquals = { "aws:SourceAccount" = local.account }
        # A role's trust is checked when the schedule is made: the group, which exists by then.
        ArnLike = { "aws:SourceArn" = "arn:${local.partition}:scheduler:${local.region}:${local.account}:schedule-group/${var.name}" }
      }
    }]
  })

  tags = var.tags
}

resource "aws_iam_role_policy" "invoker" {
  name = "invoke"
  role = aws_iam_role.invoker.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid      = "StartTheFunctions"
          Effect   = "Allow"
          Action   = "lambda:InvokeFunction"
          Resource = concat([aws_lambda_function.scheduler.arn], aws_lambda_function.guard[*].arn)
        },
        local.common_statements.dead_letters,
      ],
      [for arn in [var.kms_key_arn] : {
        Sid      = "UseTheKey"
        Effect   = "Allow"
        Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource = arn
      } if arn != null],
    )
  })
}
