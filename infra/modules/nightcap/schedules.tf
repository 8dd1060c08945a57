# One schedule for every distinct instant (a cron expression in a zone) at which a start or a
# stop of any scheduled environment is due, so that a transition happens on the minute. They
# only start a tick, which is about the whole fleet: what is to be done is decided by the
# function, from the same file. Ten environments with the same hours are one tick, not ten.
# Public holidays, closed days and holds are its business; a tick too many does nothing.

locals {
  used_schedules = distinct([for environment in local.environments : environment.schedule])
  transitions = merge([
    for name in local.used_schedules : merge([
      for index, window in try(local.config.schedules[name].windows, []) : {
        "${name}-${index}-start" = { cron = window.start, schedule = name }
        "${name}-${index}-stop"  = { cron = window.stop, schedule = name }
      }
    ]...)
  ]...)
  zones = {
    for name in local.used_schedules : name => coalesce(try(local.config.schedules[name].timezone, null), try(local.config.timezone, null), "UTC")
  }

  # By what EventBridge would be told: two ways to write the same instants are one schedule.
  # The name is made of that, too, so that neither another environment nor another window
  # changes a schedule that stays.
  instants = {
    for key, transition in local.transitions : "${module.cron.expressions[key]} ${local.zones[transition.schedule]}" => key...
    if contains(keys(module.cron.expressions), key)
  }
  ticks = {
    for instant, keys in local.instants : "tick-${substr(sha1(instant), 0, 10)}" => {
      expression = module.cron.expressions[keys[0]]
      timezone   = local.zones[local.transitions[keys[0]].schedule]
      keys       = sort(keys)
    }
  }

  unknown_schedules = [for name, environment in local.environments : "${name}: ${environment.schedule}" if !contains(keys(try(local.config.schedules, {})), environment.schedule)]

  # Filled in by EventBridge Scheduler with the time it was due. By hand: jsonencode
  # would write < and > as escapes, which Scheduler does not know.
  tick = "{\"command\":\"tick\",\"scheduled_time\":\"<aws.scheduler.scheduled-time>\"}"
}

module "cron" {
  source = "./cron"

  expressions = { for key, transition in local.transitions : key => transition.cron }
}

resource "aws_scheduler_schedule_group" "this" {
  name = var.name

  tags = var.tags

  lifecycle {
    precondition {
      condition     = length(local.unknown_schedules) == 0
      error_message = "${var.config_file}: no such schedule for ${join(", ", local.unknown_schedules)}."
    }
    precondition {
      condition     = length(module.cron.problems) == 0
      error_message = "${var.config_file}: these cannot become EventBridge schedules:\n${join("\n", [for key, problem in module.cron.problems : "${key}: ${problem}"])}"
    }
    precondition {
      condition     = length(local.environments) > 0
      error_message = "${var.config_file} schedules no environment that is not protected: there would be nothing for Nightcap to do."
    }
  }
}

resource "aws_scheduler_schedule" "transition" {
  # checkov:skip=CKV_AWS_297: the target input is a constant; a customer key is used if kms_key_arn is given
  for_each = local.ticks

  name       = "${var.name}-${each.key}"
  group_name = aws_scheduler_schedule_group.this.name
  # At most 512 characters (EventBridge Scheduler API reference, CreateSchedule).
  description                  = substr("${each.value.expression}: ${join(", ", each.value.keys)}", 0, 512)
  schedule_expression          = each.value.expression
  schedule_expression_timezone = each.value.timezone
  state                        = var.enabled ? "ENABLED" : "DISABLED"
  kms_key_arn                  = var.kms_key_arn

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = aws_lambda_function.scheduler.arn
    role_arn = aws_iam_role.invoker.arn
    input    = local.tick

    retry_policy {
      maximum_event_age_in_seconds = 900
      maximum_retry_attempts       = 3
    }

    dead_letter_config {
      arn = aws_sqs_queue.dead_letters.arn
    }
  }
}

# Makes good whatever a transition's tick missed, and carries on what had to wait.
resource "aws_scheduler_schedule" "reconcile" {
  # checkov:skip=CKV_AWS_297: as on the transitions; a constant, or a customer key by kms_key_arn
  name                = "${var.name}-reconcile"
  group_name          = aws_scheduler_schedule_group.this.name
  description         = "Reconcile tick"
  schedule_expression = var.reconcile_rate
  state               = var.enabled ? "ENABLED" : "DISABLED"
  kms_key_arn         = var.kms_key_arn

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = aws_lambda_function.scheduler.arn
    role_arn = aws_iam_role.invoker.arn
    input    = local.tick

    # The next one is minutes away.
    retry_policy {
      maximum_event_age_in_seconds = 300
      maximum_retry_attempts       = 1
    }

    dead_letter_config {
      arn = aws_sqs_queue.dead_letters.arn
    }
  }
}

resource "aws_scheduler_schedule" "guard" {
  # checkov:skip=CKV_AWS_297: as on the transitions; a constant, or a customer key by kms_key_arn
  count = local.with_guard ? 1 : 0

  name                         = "${var.name}-budget-guard"
  group_name                   = aws_scheduler_schedule_group.this.name
  description                  = "The budget guard's daily look"
  schedule_expression          = var.guard_schedule
  schedule_expression_timezone = coalesce(try(local.config.timezone, null), "UTC")
  state                        = var.enabled ? "ENABLED" : "DISABLED"
  kms_key_arn                  = var.kms_key_arn

  flexible_time_window {
    mode                      = "FLEXIBLE"
    maximum_window_in_minutes = 15
  }

  target {
    arn      = aws_lambda_function.guard[0].arn
    role_arn = aws_iam_role.invoker.arn
    input    = "{\"command\":\"report\",\"scheduled_time\":\"<aws.scheduler.scheduled-time>\"}"

    retry_policy {
      maximum_event_age_in_seconds = 3600
      maximum_retry_attempts       = 3
    }

    dead_letter_config {
      arn = aws_sqs_queue.dead_letters.arn
    }
  }
}
