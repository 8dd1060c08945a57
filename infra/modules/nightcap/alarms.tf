locals {
  functions = merge(
    { scheduler = aws_lambda_function.scheduler.function_name },
    { for key, name in { budget-guard = local.guard_name } : key => name if local.with_guard },
  )
  function_alarms = merge([
    for key, name in local.functions : {
      "${key}-errors" = {
        description = "${name} failed.", metric = "Errors", function = name
      }
      "${key}-throttles" = {
        description = "${name} was throttled: the account's concurrency is used up.", metric = "Throttles", function = name
      }
    }
  ]...)

  # Whatever the functions publish, without a list that would fall behind them.
  own_figures = "SEARCH('Namespace=\"${var.metrics_namespace}\"', 'Sum', 600)"

  queue_alarms = {
    queue-age = {
      description = "A target has waited for more than 15 minutes: its account and region are not being scheduled."
      metric      = "ApproximateAgeOfOldestMessage", queue = aws_sqs_queue.targets.name, above = 900
    }
    dead-letters = {
      description = "Something failed for good; the message in ${aws_sqs_queue.dead_letters.name} says what."
      metric      = "ApproximateNumberOfMessagesVisible", queue = aws_sqs_queue.dead_letters.name, above = 0
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "function" {
  for_each = local.function_alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.description
  namespace           = "AWS/Lambda"
  metric_name         = each.value.metric
  dimensions          = { FunctionName = each.value.function }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.topic_arn]
  ok_actions          = [var.topic_arn]

  tags = var.tags
}

resource "aws_cloudwatch_metric_alarm" "queue" {
  for_each = local.queue_alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.description
  namespace           = "AWS/SQS"
  metric_name         = each.value.metric
  dimensions          = { QueueName = each.value.queue }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.above
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.topic_arn]
  ok_actions          = [var.topic_arn]

  tags = var.tags
}

# The dead man's switch: no figure at all is told, as INSUFFICIENT_DATA: a new alarm is in that
# state from the start, so that nothing is told at the first deployment, before the first tick
# could be; with missing data taken for breaching it would be (CloudWatch User Guide, "Configuring
# how CloudWatch alarms treat missing data"). The function says `Heartbeat` at
# the end of a tick that was carried through. Lambda's own counts would be free, but they
# rise with whatever succeeds (a person's `holds`, a database's event) and call a tick
# that could read nothing a success. Should the figures themselves get lost, this goes
# off too: better once in vain than never.
resource "aws_cloudwatch_metric_alarm" "heartbeat" {
  alarm_name        = "${var.name}-heartbeat"
  alarm_description = "${local.scheduler_name} has not carried a tick through for ${var.heartbeat_minutes} minutes: nothing is being put to sleep or woken."
  namespace         = var.metrics_namespace
  metric_name       = "Heartbeat"
  dimensions        = { Function = local.scheduler_name }
  statistic         = "Sum"
  # In thirds: CloudWatch looks at a few periods more than it is asked for before it says that
  # there are no data.
  period                    = 60 * max(1, floor(var.heartbeat_minutes / 3))
  evaluation_periods        = 3
  comparison_operator       = "LessThanThreshold"
  threshold                 = 1
  treat_missing_data        = "missing"
  actions_enabled           = var.enabled
  alarm_actions             = [var.topic_arn]
  insufficient_data_actions = [var.topic_arn]
  ok_actions                = [var.topic_arn]

  tags = var.tags
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name

  dashboard_body = jsonencode({
    widgets = [
      {
        type = "metric", x = 0, y = 0, width = 12, height = 6
        properties = {
          title   = "Runs, errors, throttles", region = local.region, period = 600, stat = "Sum", view = "timeSeries"
          metrics = [for pair in setproduct(values(local.functions), ["Invocations", "Errors", "Throttles"]) : ["AWS/Lambda", pair[1], "FunctionName", pair[0]]]
        }
      },
      {
        type = "metric", x = 12, y = 0, width = 12, height = 6
        properties = {
          title   = "Duration (ms)", region = local.region, period = 600, stat = "p99", view = "timeSeries"
          metrics = [for name in values(local.functions) : ["AWS/Lambda", "Duration", "FunctionName", name]]
        }
      },
      {
        type = "metric", x = 0, y = 6, width = 12, height = 6
        properties = {
          title   = "Nightcap's own figures", region = local.region, period = 600, view = "timeSeries"
          metrics = [[{ expression = local.own_figures, id = "nightcap", label = "" }]]
        }
      },
      {
        type = "metric", x = 12, y = 6, width = 12, height = 6
        properties = {
          title = "Targets waiting, dead letters", region = local.region, period = 300, stat = "Maximum", view = "timeSeries"
          metrics = [
            ["AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", aws_sqs_queue.targets.name],
            ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", aws_sqs_queue.dead_letters.name],
          ]
        }
      },
      {
        type = "log", x = 0, y = 12, width = 24, height = 6
        properties = {
          title = "Latest warnings and errors", region = local.region, view = "table"
          query = "SOURCE '${aws_cloudwatch_log_group.scheduler.name}' | fields @timestamp, @message | filter level in [\"WARN\", \"ERROR\"] | sort @timestamp desc | limit 20"
        }
      },
    ]
  })
}

# The guard looks once a day. Two days, because a look that comes minutes later than
# yesterday's leaves a window of 24 hours empty; the scheduler mails of a silent guard, too,
# but only once that guard has looked for the first time, and only while it lives itself.
resource "aws_cloudwatch_metric_alarm" "guard_heartbeat" {
  count = local.with_guard ? 1 : 0

  alarm_name          = "${local.guard_name}-heartbeat"
  alarm_description   = "${local.guard_name} has not come to an answer for two days: the budget is not being watched."
  namespace           = var.metrics_namespace
  metric_name         = "Heartbeat"
  dimensions          = { Function = local.guard_name }
  statistic           = "Sum"
  period              = 43200
  evaluation_periods  = 4
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  # As above: silence is told, but not that of a guard that has not had its first day.
  treat_missing_data        = "missing"
  actions_enabled           = var.enabled
  alarm_actions             = [var.topic_arn]
  insufficient_data_actions = [var.topic_arn]
  ok_actions                = [var.topic_arn]

  tags = var.tags
}
