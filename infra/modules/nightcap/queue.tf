# Many targets (account, region) are sent here, one message each, and worked by the
# scheduler's own code.

resource "aws_sqs_queue" "targets" {
  name = "${var.name}-targets"
  # Six times the function's timeout, as Lambda asks for.
  visibility_timeout_seconds = 6 * var.timeout
  # A target older than this belongs to a tick that later ones have replaced.
  message_retention_seconds = 3600
  sqs_managed_sse_enabled   = var.kms_key_arn == null ? true : null
  kms_master_key_id         = var.kms_key_arn

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead_letters.arn
    # At least five, as Lambda asks for: a throttled poll counts as a receive, and a healthy
    # message must not end among the dead letters for that.
    maxReceiveCount = 5
  })

  tags = var.tags
}

# Targets, ticks and events that failed for good. An alarm watches it.
resource "aws_sqs_queue" "dead_letters" {
  name                      = "${var.name}-dead-letters"
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = var.kms_key_arn == null ? true : null
  kms_master_key_id         = var.kms_key_arn

  tags = var.tags
}

resource "aws_sqs_queue_policy" "dead_letters" {
  queue_url = aws_sqs_queue.dead_letters.id

  # Scheduler and Lambda write by their roles; an EventBridge rule needs this.
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "RuleSendsDeadLetters"
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = aws_sqs_queue.dead_letters.arn
      Condition = { ArnEquals = { "aws:SourceArn" = aws_cloudwatch_event_rule.databases.arn } }
    }]
  })
}
