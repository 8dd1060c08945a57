output "scheduler_function_name" {
  description = "Name of the scheduler's function."
  value       = aws_lambda_function.scheduler.function_name
}

output "scheduler_function_arn" {
  description = "ARN of the scheduler's function."
  value       = aws_lambda_function.scheduler.arn
}

output "scheduler_role_arn" {
  description = "ARN of the scheduler's role: what nightcap-target-role in other accounts trusts."
  value       = aws_iam_role.scheduler.arn
}

output "scheduler_environment" {
  description = "Variables of the scheduler's function."
  value       = aws_lambda_function.scheduler.environment[0].variables
}

output "scheduler_policies" {
  description = "The scheduler's policies as JSON, for review and simulation: what it may do to the fleet, whether inline or in managed policies, and to its own things."
  value       = { fleet = module.fleet_policy.json, own = aws_iam_role_policy.scheduler.policy }
}

output "scheduler_policy_sizes" {
  description = "Characters of the scheduler's policies: all inline ones together (IAM: 10,240) and each managed one (6,144)."
  value = {
    inline  = length(aws_iam_role_policy.scheduler.policy) + (local.fleet_inline ? length(module.fleet_policy.json) : 0)
    managed = { for name, policy in aws_iam_policy.scheduler : name => length(policy.policy) }
  }
}

output "managed_policies" {
  description = "The scheduler's managed policies as JSON, by subject; empty while everything fits inline."
  value       = { for name, policy in aws_iam_policy.scheduler : name => policy.policy }
}

output "guard_function_name" {
  description = "Name of the budget guard's function, or null."
  value       = one(aws_lambda_function.guard[*].function_name)
}

output "guard_policy" {
  description = "The budget guard's policy as JSON, or null."
  value       = one(aws_iam_role_policy.guard[*].policy)
}

output "ledger_table_name" {
  description = "Name of the ledger table."
  value       = aws_dynamodb_table.ledger.name
}

output "queue_url" {
  description = "Queue of the targets."
  value       = aws_sqs_queue.targets.url
}

output "dead_letter_queue_url" {
  description = "Queue of what failed for good."
  value       = aws_sqs_queue.dead_letters.url
}

output "schedules" {
  description = "EventBridge schedules made from the configuration, one a distinct instant: expression, zone, and which starts and stops of which schedules it is, by name."
  value = {
    for key, schedule in aws_scheduler_schedule.transition : key => {
      expression = schedule.schedule_expression
      timezone   = schedule.schedule_expression_timezone
      due        = local.ticks[key].keys
    }
  }
}

output "scheduled_environments" {
  description = "Environments Nightcap may stop and start."
  value       = sort(keys(local.environments))
}

output "alarm_names" {
  description = "Names of the alarms."
  value = concat(
    [for alarm in aws_cloudwatch_metric_alarm.function : alarm.alarm_name],
    [for alarm in aws_cloudwatch_metric_alarm.queue : alarm.alarm_name],
    [aws_cloudwatch_metric_alarm.heartbeat.alarm_name],
    aws_cloudwatch_metric_alarm.guard_heartbeat[*].alarm_name,
  )
}
