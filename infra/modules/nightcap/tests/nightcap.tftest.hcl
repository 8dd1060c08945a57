mock_provider "aws" {
  mock_data "aws_region" {
    defaults = { id = "eu-west-3" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
}

variables {
  config_file   = "tests/fixtures/all.yaml"
  scheduler_zip = "tests/fixtures/all.yaml" # any file: only its hash is looked at
  topic_arn     = "arn:aws:sns:eu-west-3:123456789012:greenleaf-alerts"
}

run "schedules_come_from_the_configuration" {
  command = plan

  assert {
    condition = toset([for schedule in aws_scheduler_schedule.transition : "${schedule.schedule_expression} ${schedule.schedule_expression_timezone}"]) == toset([
      "cron(0 9 ? * MON,TUE,WED,THU,FRI *) Europe/Paris",
      "cron(0 19 ? * MON,TUE,WED,THU,FRI *) Europe/Paris",
      "cron(0 22 * * ? *) America/New_York",
      "cron(0 2 * * ? *) America/New_York",
      "cron(0 12 ? * 7 *) America/New_York",
      "cron(0 14 ? * SAT *) America/New_York",
    ])
    error_message = "one schedule a start and a stop of what is scheduled, in its zone"
  }
  assert {
    condition     = output.scheduled_environments == tolist(["batch", "preprod"])
    error_message = "neither prod, by whatever spelling, nor a protected environment is schedulable"
  }
  assert {
    condition     = !strcontains(jsonencode([for tick in local.ticks : tick.keys]), "shop-hours")
    error_message = "a schedule that only protected environments have makes no tick"
  }
  assert {
    condition     = alltrue([for schedule in aws_scheduler_schedule.transition : schedule.target[0].input == "{\"command\":\"tick\",\"scheduled_time\":\"<aws.scheduler.scheduled-time>\"}"])
    error_message = "each starts a tick and says when it was due"
  }
  assert {
    condition     = aws_scheduler_schedule.reconcile.schedule_expression == "rate(10 minutes)"
    error_message = "a tick every 10 minutes"
  }
  assert {
    condition = alltrue([
      for statement in jsondecode(module.fleet_policy.json).Statement : try(toset(statement.Condition.StringEquals["aws:ResourceTag/nightcap:environment"]) == toset(["batch", "preprod"]), true)
    ])
    error_message = "the role may touch just the scheduled environments"
  }
  assert {
    condition     = [for statement in local.role_statements : jsonencode([statement.Sid, statement.Resource])] == [jsonencode(["WorkInOtherAccounts", ["arn:aws:iam::210987654321:role/nightcap-target"]])]
    error_message = "the roles of the configuration may be assumed"
  }
}

run "the_same_instant_is_one_schedule" {
  command = plan

  variables {
    config_file = "tests/fixtures/same_hours.yaml"
  }

  assert {
    condition = toset([for tick in local.ticks : "${tick.expression} ${tick.timezone}: ${join(" ", tick.keys)}"]) == toset([
      "cron(0 9 ? * MON,TUE,WED,THU,FRI *) Europe/Paris: late-0-start office-hours-0-start",
      "cron(0 19 ? * MON,TUE,WED,THU,FRI *) Europe/Paris: office-hours-0-stop",
      "cron(0 21 ? * MON,TUE,WED,THU,FRI *) Europe/Paris: late-0-stop",
      "cron(0 9 ? * MON,TUE,WED,THU,FRI *) Europe/London: london-0-start",
      "cron(0 19 ? * MON,TUE,WED,THU,FRI *) Europe/London: london-0-stop",
    ])
    error_message = "three environments of the same hours, and one that begins with them, are one tick at nine"
  }
  assert {
    condition     = alltrue([for schedule in aws_scheduler_schedule.transition : length(schedule.name) <= 64])
    error_message = "EventBridge's names end at 64 characters"
  }
}

run "function" {
  command = plan

  assert {
    condition     = aws_lambda_function.scheduler.runtime == "provided.al2023" && aws_lambda_function.scheduler.handler == "bootstrap" && tolist(aws_lambda_function.scheduler.architectures) == tolist(["arm64"])
    error_message = "a binary of our own for arm64"
  }
  assert {
    condition     = aws_dynamodb_table.ledger.billing_mode == "PAY_PER_REQUEST" && aws_dynamodb_table.ledger.hash_key == "pk" && aws_dynamodb_table.ledger.range_key == "sk"
    error_message = "ledger on demand, keys pk and sk"
  }
  assert {
    condition     = aws_dynamodb_table.ledger.ttl[0].attribute_name == "expires" && aws_dynamodb_table.ledger.point_in_time_recovery[0].enabled && aws_dynamodb_table.ledger.server_side_encryption[0].enabled
    error_message = "TTL on expires, point-in-time recovery, encrypted"
  }
  assert {
    condition     = toset(jsondecode(aws_cloudwatch_event_rule.databases.event_pattern).detail.EventID) == toset([for id in ["0087", "0088", "0150", "0151", "0152", "0153", "0154"] : "RDS-EVENT-${id}"])
    error_message = "the events of databases that stop and start"
  }
  assert {
    condition     = aws_cloudwatch_log_group.scheduler.retention_in_days == 7
    error_message = "logs are kept 7 days"
  }
  assert {
    condition     = toset(keys(aws_cloudwatch_metric_alarm.function)) == toset(["scheduler-errors", "scheduler-throttles"]) && aws_cloudwatch_metric_alarm.heartbeat.treat_missing_data == "missing" && aws_cloudwatch_metric_alarm.heartbeat.insufficient_data_actions == toset([var.topic_arn])
    error_message = "errors, throttles, and silence are alarms"
  }
  assert {
    condition = { for name, alarm in aws_cloudwatch_metric_alarm.queue : name => "${alarm.metric_name} > ${alarm.threshold}" } == {
      queue-age    = "ApproximateAgeOfOldestMessage > 900"
      dead-letters = "ApproximateNumberOfMessagesVisible > 0"
    }
    error_message = "a target that waits and a message that failed for good are alarms"
  }
  assert {
    condition     = tolist(aws_lambda_event_source_mapping.targets.function_response_types) == tolist(["ReportBatchItemFailures"]) && aws_sqs_queue.targets.visibility_timeout_seconds == 360
    error_message = "partial batch failures, six times the timeout"
  }
  assert {
    condition     = local.config_inline && local.function_environment.NIGHTCAP_CONFIG == file("tests/fixtures/all.yaml") && length(aws_ssm_parameter.config) == 0
    error_message = "the function gets the file's own text"
  }
  assert {
    condition     = length(aws_lambda_function.guard) + length(aws_scheduler_schedule.guard) + length(aws_iam_role.guard) == 0
    error_message = "no guard without its package"
  }
}

run "guard_and_x86" {
  command = plan

  variables {
    budget_guard_zip = "tests/fixtures/all.yaml"
    inventory        = "greenleaf:nat=gateway"
    architecture     = "x86_64"
  }

  assert {
    condition     = tolist(aws_lambda_function.guard[0].architectures) == tolist(["x86_64"]) && aws_scheduler_schedule.guard[0].schedule_expression == "cron(0 11 * * ? *)" && aws_scheduler_schedule.guard[0].schedule_expression_timezone == "Europe/Paris"
    error_message = "the guard looks daily"
  }
  assert {
    condition     = !contains(keys(local.guard_environment), "NIGHTCAP_QUEUE_URL") && local.guard_environment.NIGHTCAP_INVENTORY == "greenleaf:nat=gateway"
    error_message = "the queue is the scheduler's, the inventory the guard's"
  }
}

run "a_price_book_elsewhere" {
  command = plan

  variables {
    budget_guard_zip = "tests/fixtures/all.yaml"
    prices           = "s3://greenleaf-prices/eu-west-3.csv"
  }

  assert {
    condition     = aws_lambda_function.guard[0].environment[0].variables["NIGHTCAP_PRICES"] == "s3://greenleaf-prices/eu-west-3.csv"
    error_message = "the guard is told where the price book is"
  }
  assert {
    condition     = aws_lambda_function.scheduler.environment[0].variables["NIGHTCAP_PRICES"] == "s3://greenleaf-prices/eu-west-3.csv"
    error_message = "so is the scheduler, which prices holds"
  }
  assert {
    condition     = [for statement in local.price_statements : [statement.Action, statement.Resource]] == [["s3:GetObject", "arn:aws:s3:::greenleaf-prices/eu-west-3.csv"]]
    error_message = "and may read just that"
  }
}

run "a_price_book_of_another_kind_is_refused" {
  command = plan

  variables {
    prices = "https://example.com/prices.csv"
  }

  expect_failures = [var.prices]
}

run "what_fails_is_kept_and_told" {
  command = plan

  variables {
    budget_guard_zip = "tests/fixtures/all.yaml"
  }

  override_resource {
    target          = aws_sqs_queue.dead_letters
    override_during = plan
    values          = { arn = "arn:aws:sqs:eu-west-3:123456789012:nightcap-dead-letters" }
  }

  assert {
    condition     = jsondecode(aws_sqs_queue.targets.redrive_policy) == { deadLetterTargetArn = "arn:aws:sqs:eu-west-3:123456789012:nightcap-dead-letters", maxReceiveCount = 5 }
    error_message = "a target is tried five times, then kept"
  }
  assert {
    condition     = alltrue([for lambda in [aws_lambda_function.scheduler, aws_lambda_function.guard[0]] : lambda.dead_letter_config[0].target_arn == "arn:aws:sqs:eu-west-3:123456789012:nightcap-dead-letters"])
    error_message = "so is what either function could not do"
  }
  assert {
    condition     = aws_sqs_queue.targets.sqs_managed_sse_enabled && aws_sqs_queue.dead_letters.sqs_managed_sse_enabled
    error_message = "both queues are encrypted"
  }
  assert {
    condition = { for key, alarm in aws_cloudwatch_metric_alarm.queue : key => "${alarm.metric_name} ${alarm.dimensions["QueueName"]} ${alarm.threshold}" } == {
      queue-age    = "ApproximateAgeOfOldestMessage nightcap-targets 900"
      dead-letters = "ApproximateNumberOfMessagesVisible nightcap-dead-letters 0"
    }
    error_message = "a target that waits and a dead letter are alarms"
  }
  assert {
    condition = { for key, alarm in aws_cloudwatch_metric_alarm.function : key => "${alarm.metric_name} ${alarm.dimensions["FunctionName"]} ${alarm.threshold}" } == {
      scheduler-errors       = "Errors nightcap-scheduler 0"
      scheduler-throttles    = "Throttles nightcap-scheduler 0"
      budget-guard-errors    = "Errors nightcap-budget-guard 0"
      budget-guard-throttles = "Throttles nightcap-budget-guard 0"
    }
    error_message = "so are an error and a throttle of either function"
  }
  assert {
    condition     = alltrue([for alarm in concat(values(aws_cloudwatch_metric_alarm.queue), values(aws_cloudwatch_metric_alarm.function)) : alarm.alarm_actions == toset([var.topic_arn])])
    error_message = "all told to the topic"
  }
  assert {
    condition = {
      for alarm in aws_cloudwatch_metric_alarm.guard_heartbeat : alarm.alarm_name => [alarm.dimensions.Function, alarm.treat_missing_data, tostring(alarm.period * alarm.evaluation_periods)]
    } == { nightcap-budget-guard-heartbeat = ["nightcap-budget-guard", "missing", "172800"] }
    error_message = "and a guard that is silent for two days"
  }
  assert {
    condition     = strcontains(local.own_figures, "SEARCH('Namespace=\"Nightcap\"', 'Sum', 600)")
    error_message = "the dashboard shows whatever the functions publish"
  }
  assert {
    condition     = aws_sns_topic_subscription.guard[0].filter_policy == null
    error_message = "AWS Budgets' messages have no attributes: any filter policy on attributes would keep them back"
  }
  assert {
    condition     = alltrue([for permission in [aws_lambda_permission.databases, aws_lambda_permission.alerts[0]] : permission.source_account == null]) && aws_lambda_permission.alerts[0].source_arn == var.topic_arn
    error_message = "EventBridge names no account when it calls: a permission that asks for one keeps every event back without a word"
  }
}

run "silence_is_an_alarm" {
  command = plan

  variables {
    metrics_namespace = "Ours"
    heartbeat_minutes = 45
  }

  assert {
    condition = alltrue([
      for alarm in [aws_cloudwatch_metric_alarm.heartbeat] : alarm.namespace == "Ours" && alarm.metric_name == "Heartbeat" && alarm.dimensions == tomap({ Function = "nightcap-scheduler" }) && alarm.period * alarm.evaluation_periods == 2700
    ])
    error_message = "the figure the function writes, under the name Lambda gives it"
  }
  assert {
    condition     = local.function_environment.NIGHTCAP_METRICS_NAMESPACE == "Ours"
    error_message = "and the function is told the namespace"
  }
}

run "a_long_configuration_goes_to_parameter_store" {
  command = plan

  variables {
    config_file = "tests/fixtures/long.yaml"
  }

  assert {
    condition     = length(aws_ssm_parameter.config) == 1 && local.function_environment.NIGHTCAP_CONFIG == "ssm:///nightcap/config"
    error_message = "4 KB of settings are all a function has"
  }
}

run "a_schedule_that_cannot_be_converted_is_refused" {
  command = plan

  variables {
    config_file = "tests/fixtures/impossible.yaml"
  }

  expect_failures = [aws_scheduler_schedule_group.this]
}

run "an_unknown_schedule_is_refused" {
  command = plan

  variables {
    config_file = "tests/fixtures/unknown.yaml"
  }

  expect_failures = [aws_scheduler_schedule_group.this]
}

run "nothing_to_schedule_is_refused" {
  command = plan

  variables {
    config_file = "tests/fixtures/protected.yaml"
  }

  expect_failures = [aws_scheduler_schedule_group.this]
}

run "an_odd_rate_is_refused" {
  command = plan

  variables {
    reconcile_rate = "rate(1 minutes)"
  }

  expect_failures = [var.reconcile_rate]
}

run "a_configuration_in_s3" {
  command = plan

  variables {
    config_file = "tests/fixtures/long.yaml"
    config_s3   = { bucket = "greenleaf-settings", key = "nightcap/nightcap.yaml" }
  }

  assert {
    condition     = local.function_environment.NIGHTCAP_CONFIG == "s3://greenleaf-settings/nightcap/nightcap.yaml" && length(aws_ssm_parameter.config) == 0
    error_message = "the functions are told the object, and Parameter Store has none"
  }
  assert {
    condition     = aws_s3_object.config[0].content == file("tests/fixtures/long.yaml")
    error_message = "the object is the file that the schedules were made from"
  }
  assert {
    condition     = [for statement in local.optional_statements : [statement.Action, statement.Resource]] == [["s3:GetObject", "arn:aws:s3:::greenleaf-settings/nightcap/nightcap.yaml"]]
    error_message = "and may be read, alone"
  }
}

run "too_large_for_parameter_store_names_s3" {
  command = plan

  variables {
    config_file = "tests/fixtures/huge.yaml"
  }

  expect_failures = [aws_ssm_parameter.config]
}

run "one_pattern_for_an_organization" {
  command = plan

  variables {
    organization_id  = "o-a1b2c3d4e5"
    target_role_path = "/"
  }

  assert {
    condition = [for statement in local.role_statements : jsonencode(statement)] == [jsonencode({
      Sid       = "WorkInAccountsOfTheOrganization"
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Resource  = "arn:aws:iam::*:role/nightcap-target"
      Condition = { StringEquals = { "aws:ResourceOrgID" = "o-a1b2c3d4e5" } }
    })]
    error_message = "the common role, in accounts of this organization only, and no list"
  }
}

run "a_role_of_another_name_is_still_listed" {
  command = plan

  variables {
    organization_id  = "o-a1b2c3d4e5"
    target_role_name = "other"
  }

  assert {
    condition     = [for statement in local.role_statements : statement.Sid] == ["WorkInAccountsOfTheOrganization", "WorkInOtherAccounts"]
    error_message = "what the pattern does not name is listed"
  }
}

run "no_more_than_the_configured_maximum" {
  command = plan

  variables {
    config_file = "tests/fixtures/same_hours.yaml"
  }

  assert {
    condition = [
      for statement in jsondecode(module.fleet_policy.json).Statement : statement.Condition.NumericLessThanEquals if statement.Sid == "ResizeGroups"
    ] == [{ "autoscaling:MaxSize" = "30" }]
    error_message = "limits.max_capacity, or an environment's own, bounds what the role may set"
  }
  assert {
    condition     = contains(output.scheduled_environments, "prd") && !contains(output.scheduled_environments, "live") && local.protected_values == ["prod", "production", "live"]
    error_message = "a name is released by the file, but none of the three that are production"
  }
}

# Inline policies of a role end at 10,240 characters together, a managed policy at 6,144, a role has 10 of these.
run "five_hundred_accounts_by_a_list" {
  command = plan

  variables {
    config_file      = "tests/fixtures/accounts.yaml"
    config_s3        = { bucket = "greenleaf-settings" }
    budget_guard_zip = "tests/fixtures/all.yaml"
  }

  assert {
    condition     = length(local.config_roles) == 500 && length(local.managed) <= 10 && alltrue([for size in values(local.managed) : size <= 6144])
    error_message = "${length(local.managed)} managed policies of ${jsonencode(local.managed)} characters"
  }
  assert {
    condition     = length(flatten(local.role_chunks)) == 500 && alltrue([for key, policy in aws_iam_policy.scheduler : length(policy.policy) <= local.managed[key]])
    error_message = "every role is in one of them, and none is longer than reckoned"
  }
  assert {
    condition     = length(module.fleet_policy.json) <= module.fleet_policy.size && { for name, size in local.managed : name => size <= 3100 if !startswith(name, "roles-") } == { groups-and-databases = true, machines = true, protection = true } && length(local.role_chunks) == 5
    error_message = "the figures of docs/security.md: eight policies, five of them of roles; now ${jsonencode(local.managed)}"
  }
}

run "five_hundred_accounts_by_a_pattern" {
  command = plan

  variables {
    config_file     = "tests/fixtures/accounts.yaml"
    config_s3       = { bucket = "greenleaf-settings" }
    organization_id = "o-a1b2c3d4e5"
  }

  assert {
    condition     = length(local.role_chunks) == 0 && length(local.role_statements) == 1 && length(local.managed) == 3
    error_message = "one statement, however many accounts there are, beside the fleet's three policies"
  }
}

run "roles_that_do_not_fit_are_refused_with_the_way_out" {
  command = plan

  variables {
    config_file               = "tests/fixtures/accounts.yaml"
    config_s3                 = { bucket = "greenleaf-settings" }
    managed_policies_per_role = 4
  }

  expect_failures = [aws_iam_policy.scheduler]
}

run "china" {
  command = plan

  override_data {
    target = data.aws_partition.current
    values = { partition = "aws-cn" }
  }
  override_data {
    target = data.aws_region.current
    values = { id = "cn-north-1" }
  }
  variables {
    topic_arn       = "arn:aws-cn:sns:cn-north-1:123456789012:greenleaf-alerts"
    organization_id = "o-a1b2c3d4e5"
  }

  assert {
    condition     = !strcontains(module.fleet_policy.json, "arn:aws:") && local.role_statements[0].Resource == "arn:aws-cn:iam::*:role/nightcap-target"
    error_message = "ARNs are of the partition"
  }
}

run "govcloud" {
  command = plan

  override_data {
    target = data.aws_partition.current
    values = { partition = "aws-us-gov" }
  }
  override_data {
    target = data.aws_region.current
    values = { id = "us-gov-west-1" }
  }
  variables {
    topic_arn = "arn:aws-us-gov:sns:us-gov-west-1:123456789012:greenleaf-alerts"
  }

  assert {
    condition     = !strcontains(module.fleet_policy.json, "arn:aws:")
    error_message = "ARNs are of the partition"
  }
}
