locals {
  function_environment = merge(
    {
      NIGHTCAP_CONFIG    = local.config_reference
      NIGHTCAP_TOPIC_ARN = var.topic_arn
      NIGHTCAP_TABLE     = aws_dynamodb_table.ledger.name
      NIGHTCAP_QUEUE_URL = aws_sqs_queue.targets.url
    },
    { for key, value in { NIGHTCAP_METRICS_NAMESPACE = var.metrics_namespace } : key => value if value != "Nightcap" },
    # The guard plans by these prices, the scheduler prices holds by them.
    { for key, value in { NIGHTCAP_PRICES = var.prices } : key => value if value != null },
  )
  # The queue is the scheduler's: the guard has no use for it.
  guard_environment = merge(
    { for key, value in local.function_environment : key => value if key != "NIGHTCAP_QUEUE_URL" },
    { for key, value in { NIGHTCAP_INVENTORY = var.inventory } : key => value if value != null },
  )
}

resource "aws_cloudwatch_log_group" "scheduler" {
  # checkov:skip=CKV_AWS_338: the platform keeps logs 7 days, a year's storage is not in its 500 USD; the ledger is the audit
  # checkov:skip=CKV_AWS_158: CloudWatch's own encryption unless kms_key_arn is given
  name              = "/aws/lambda/${local.scheduler_name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn

  tags = var.tags
}

resource "aws_lambda_function" "scheduler" {
  # checkov:skip=CKV_AWS_117: it talks to AWS's public endpoints only; in a VPC it would need a NAT, which it must outlive
  # checkov:skip=CKV_AWS_115: reserving capacity out of a small account's quota would starve others; ticks are idempotent
  # checkov:skip=CKV_AWS_272: code signing needs a signing profile of the deployer's; the package's hash is pinned by the plan
  # checkov:skip=CKV_AWS_173: schedules and names, no secret; a customer key is used if kms_key_arn is given
  function_name = local.scheduler_name
  description   = "Nightcap: puts non-production to sleep and wakes it"
  role          = aws_iam_role.scheduler.arn

  filename         = var.scheduler_zip
  source_code_hash = filebase64sha256(var.scheduler_zip)
  runtime          = "provided.al2023"
  handler          = "bootstrap"
  architectures    = [var.architecture]
  memory_size      = var.memory_size
  timeout          = var.timeout
  kms_key_arn      = var.kms_key_arn

  environment {
    variables = local.function_environment
  }

  dead_letter_config {
    target_arn = aws_sqs_queue.dead_letters.arn
  }

  tracing_config {
    mode = "PassThrough"
  }

  logging_config {
    log_format = "Text" # the function writes JSON lines itself
    log_group  = aws_cloudwatch_log_group.scheduler.name
  }

  tags = var.tags

  depends_on = [aws_iam_role_policy.scheduler, aws_iam_role_policy.scheduler_fleet, aws_iam_role_policy_attachment.scheduler]
}

# A late tick is no use: the next one does the same.
resource "aws_lambda_function_event_invoke_config" "scheduler" {
  function_name                = aws_lambda_function.scheduler.function_name
  maximum_event_age_in_seconds = 900
  maximum_retry_attempts       = 2
}

resource "aws_lambda_event_source_mapping" "targets" {
  event_source_arn        = aws_sqs_queue.targets.arn
  function_name           = aws_lambda_function.scheduler.arn
  batch_size              = 1
  function_response_types = ["ReportBatchItemFailures"]

  scaling_config {
    maximum_concurrency = var.target_concurrency
  }
}

resource "aws_cloudwatch_log_group" "guard" {
  # checkov:skip=CKV_AWS_338: as for the scheduler
  # checkov:skip=CKV_AWS_158: as for the scheduler
  count = local.with_guard ? 1 : 0

  name              = "/aws/lambda/${local.guard_name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn

  tags = var.tags
}

resource "aws_lambda_function" "guard" {
  # checkov:skip=CKV_AWS_117: as for the scheduler
  # checkov:skip=CKV_AWS_115: as for the scheduler
  # checkov:skip=CKV_AWS_272: as for the scheduler
  # checkov:skip=CKV_AWS_173: as for the scheduler
  count = local.with_guard ? 1 : 0

  function_name = local.guard_name
  description   = "Nightcap: forecasts the month and warns; has no right to stop anything"
  role          = aws_iam_role.guard[0].arn

  filename         = var.budget_guard_zip
  source_code_hash = filebase64sha256(var.budget_guard_zip)
  runtime          = "provided.al2023"
  handler          = "bootstrap"
  architectures    = [var.architecture]
  memory_size      = var.memory_size
  timeout          = var.timeout
  kms_key_arn      = var.kms_key_arn

  environment {
    variables = local.guard_environment
  }

  dead_letter_config {
    target_arn = aws_sqs_queue.dead_letters.arn
  }

  tracing_config {
    mode = "PassThrough"
  }

  logging_config {
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.guard[0].name
  }

  tags = var.tags

  depends_on = [aws_iam_role_policy.guard]
}
