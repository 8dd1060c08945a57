# What RDS says about databases that stop and start: an environment that waits for one
# goes on at once, and a database that AWS started by itself after seven days (0153,
# 0154) is stopped again. Instances 0087, 0088, 0154; clusters 0150 to 0153.

resource "aws_cloudwatch_event_rule" "databases" {
  name        = "${var.name}-databases"
  description = "RDS databases that stopped, started, or were started by AWS"
  state       = var.enabled ? "ENABLED" : "DISABLED"

  event_pattern = jsonencode({
    source = ["aws.rds"]
    detail = {
      EventID = [
        "RDS-EVENT-0087", "RDS-EVENT-0088",
        "RDS-EVENT-0150", "RDS-EVENT-0151", "RDS-EVENT-0152", "RDS-EVENT-0153", "RDS-EVENT-0154",
      ]
    }
  })

  tags = var.tags
}

resource "aws_cloudwatch_event_target" "databases" {
  rule = aws_cloudwatch_event_rule.databases.name
  arn  = aws_lambda_function.scheduler.arn

  retry_policy {
    maximum_event_age_in_seconds = 900
    maximum_retry_attempts       = 3
  }

  dead_letter_config {
    arn = aws_sqs_queue.dead_letters.arn
  }
}

# By the ARN alone, which names the account. No source_account here or below: it is for S3 and
# SES, whose ARNs name none. EventBridge gives no account with its call, and a permission that
# asks for one is refused without a word to anybody.
resource "aws_lambda_permission" "databases" {
  statement_id  = "rds-events"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.scheduler.function_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.databases.arn
}

# AWS Budgets speaks to the alert topic; the guard listens there. Without a filter policy: the
# messages of AWS Budgets have no attributes at all, and on an empty set of attributes even
# `exists: false` does not match (Amazon SNS Developer Guide, "Attribute key matching"), so that
# a filter for Nightcap's own mails would keep back everything. The guard reads each message and
# leaves alone what is not from AWS Budgets: alarms, and Nightcap's own mails.
resource "aws_sns_topic_subscription" "guard" {
  count = local.with_guard ? 1 : 0

  topic_arn = var.topic_arn
  protocol  = "lambda"
  endpoint  = aws_lambda_function.guard[0].arn
}

resource "aws_lambda_permission" "alerts" {
  count = local.with_guard ? 1 : 0

  statement_id  = "alert-topic"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.guard[0].function_name
  principal     = "sns.amazonaws.com"
  source_arn    = var.topic_arn
}
