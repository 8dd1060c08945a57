locals {
  trust_lambda = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "LambdaRunsTheFunction"
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })

  # What both functions need of Nightcap's own things.
  common_statements = {
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
  key_arns = compact([var.topic_key_arn, var.kms_key_arn, try(var.config_s3.kms_key_arn, null)])
  optional_statements = concat(
    [for arns in [local.key_arns] : {
      Sid      = "UseTheKeys"
      Effect   = "Allow"
      Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
      Resource = arns
    } if var.topic_key_arn != null || var.kms_key_arn != null || try(var.config_s3.kms_key_arn, null) != null],
    [for parameter in aws_ssm_parameter.config : {
      Sid      = "ReadTheConfiguration"
      Effect   = "Allow"
      Action   = "ssm:GetParameter"
      Resource = parameter.arn
    }],
    [for object in aws_s3_object.config : {
      Sid      = "ReadTheConfiguration"
      Effect   = "Allow"
      Action   = "s3:GetObject"
      Resource = "arn:${local.partition}:s3:::${object.bucket}/${object.key}"
    }],
  )

  # The price book, by which the guard plans and the scheduler prices holds.
  price_statements = [for place in compact([var.prices]) : {
    Sid      = "ReadThePriceBook"
    Effect   = "Allow"
    Action   = startswith(place, "s3://") ? "s3:GetObject" : "ssm:GetParameter"
    Resource = startswith(place, "s3://") ? "arn:${local.partition}:s3:::${trimprefix(place, "s3://")}" : "arn:${local.partition}:ssm:${local.region}:${local.account}:parameter/${trimprefix(trimprefix(place, "ssm://"), "/")}"
  }]

  # Roles of other accounts. In an organization one pattern names those of the common name,
  # however many accounts there are; others are listed one by one.
  config_roles = distinct(flatten([for environment in local.environments : try(environment.roles, [])]))
  common_role  = ":role${var.target_role_path}${var.target_role_name}"
  listed_roles = [for arn in local.config_roles : arn if var.organization_id == null || !endswith(arn, local.common_role)]
  inline_roles = distinct(concat(local.roles_inline ? local.listed_roles : [], var.target_role_arns))
  role_statements = concat(
    [for id in compact([var.organization_id]) : {
      Sid       = "WorkInAccountsOfTheOrganization"
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Resource  = "arn:${local.partition}:iam::*${local.common_role}"
      Condition = { StringEquals = { "aws:ResourceOrgID" = id } }
    }],
    [for roles in [local.inline_roles] : {
      Sid      = "WorkInOtherAccounts"
      Effect   = "Allow"
      Action   = "sts:AssumeRole"
      Resource = roles
    } if length(local.listed_roles) * (local.roles_inline ? 1 : 0) + length(var.target_role_arns) > 0],
  )

  # A role's inline policies together end at 10,240 characters, a managed policy at 6,144
  # (IAM and STS quotas). What does not fit beside the rest becomes managed policies. Decided
  # by lengths that are known before AWS is asked for anything: how many policies there are
  # must not depend on an answer.
  inline_limit  = 10240
  managed_limit = 6144
  own_reserve   = 2400 + (var.prices == null ? 0 : 200 + length(var.prices)) # the longest `own-things` without roles
  # Those of the variable may be unknown before they exist: reckoned at their longest, about.
  roles_size   = length(jsonencode(local.listed_roles)) + 120 * length(var.target_role_arns)
  room         = local.inline_limit - local.own_reserve
  fleet_inline = module.fleet_policy.size <= local.room
  roles_inline = local.roles_size + (local.fleet_inline ? module.fleet_policy.size : 0) <= local.room

  # 160 characters are the rest of the statement; as many as surely fit, by the longest ARN.
  roles_a_policy = max(1, floor((local.managed_limit - 160) / (max(1, [for arn in local.listed_roles : length(arn)]...) + 3)))
  role_chunks    = local.roles_inline ? [] : chunklist(local.listed_roles, local.roles_a_policy)
  managed = merge(
    { for name, size in module.fleet_policy.part_sizes : name => size if !local.fleet_inline },
    { for index, chunk in local.role_chunks : "roles-${index}" => length(jsonencode(chunk)) + 160 },
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
  protected_values = local.protected_values
  account_id       = local.account
  partition        = local.partition

  max_capacity               = local.max_capacity
  kms_key_arns               = var.kms_key_arns
  license_configuration_arns = var.license_configuration_arns
}

resource "aws_iam_role_policy" "scheduler_fleet" {
  count = local.fleet_inline ? 1 : 0

  name   = "fleet"
  role   = aws_iam_role.scheduler.id
  policy = module.fleet_policy.json
}

moved {
  from = aws_iam_role_policy.scheduler_fleet
  to   = aws_iam_role_policy.scheduler_fleet[0]
}

resource "aws_iam_policy" "scheduler" {
  for_each = local.managed

  name        = "${local.scheduler_name}-${each.key}"
  description = "What Nightcap's scheduler may do: ${each.key}"

  policy = startswith(each.key, "roles-") ? jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "WorkInOtherAccounts"
      Effect   = "Allow"
      Action   = "sts:AssumeRole"
      Resource = local.role_chunks[tonumber(trimprefix(each.key, "roles-"))]
    }]
  }) : module.fleet_policy.parts[each.key]

  tags = var.tags

  lifecycle {
    precondition {
      condition     = each.value <= local.managed_limit
      error_message = "The policy ${each.key} would have ${each.value} characters, a managed policy ends at 6,144: name fewer environments, or shorter ones."
    }
    precondition {
      condition     = length(local.managed) <= var.managed_policies_per_role
      error_message = "The scheduler's role would need ${length(local.managed)} managed policies, and may have ${var.managed_policies_per_role}. Give the target accounts' roles one name and set organization_id: one pattern then takes the place of ${length(local.listed_roles)} ARNs. Or have the quota \"Managed policies attached to an IAM role\" raised, to 20 at most, and set managed_policies_per_role."
    }
  }
}

resource "aws_iam_role_policy_attachment" "scheduler" {
  for_each = aws_iam_policy.scheduler

  role       = aws_iam_role.scheduler.name
  policy_arn = each.value.arn
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
          Sid      = "KeepTheLedger"
          Effect   = "Allow"
          Action   = ["dynamodb:Query", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:BatchWriteItem"]
          Resource = aws_dynamodb_table.ledger.arn
        },
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
      local.price_statements,
      local.role_statements,
    )
  })

  lifecycle {
    postcondition {
      condition     = length(self.policy) + (local.fleet_inline ? length(module.fleet_policy.json) : 0) <= local.inline_limit
      error_message = "The scheduler's inline policies have more than the 10,240 characters that IAM allows a role."
    }
  }
}

# EventBridge Scheduler's own role: starts the two functions, nothing else.
resource "aws_iam_role" "invoker" {
  name                 = "${var.name}-invoker"
  description          = "EventBridge Scheduler starts Nightcap's functions"
  permissions_boundary = var.permissions_boundary

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "ScheduleGroupStartsTheFunctions"
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
