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

override_resource {
  target          = aws_sns_topic.alerts
  override_during = plan
  values          = { arn = "arn:aws:sns:eu-west-3:123456789012:greenleaf-alerts" }
}

override_resource {
  target          = aws_kms_key.alerts
  override_during = plan
  values          = { arn = "arn:aws:kms:eu-west-3:123456789012:key/0", key_id = "0" }
}

run "topic_and_budget" {
  command = plan

  variables {
    emails = ["finance@example.com"]
  }

  assert {
    condition     = aws_sns_topic.alerts.kms_master_key_id == "arn:aws:kms:eu-west-3:123456789012:key/0"
    error_message = "encrypted by a key that AWS Budgets may use, which AWS's own is not"
  }
  assert {
    condition     = aws_sns_topic.alerts.name == "greenleaf-alerts" && aws_budgets_budget.monthly.limit_amount == "500" && aws_budgets_budget.monthly.time_unit == "MONTHLY"
    error_message = "greenleaf-alerts, 500 USD a month"
  }
  assert {
    condition     = toset([for note in aws_budgets_budget.monthly.notification : "${note.notification_type} ${note.comparison_operator} ${note.threshold} ${note.threshold_type}"]) == toset(["ACTUAL GREATER_THAN 80 PERCENTAGE", "FORECASTED GREATER_THAN 100 PERCENTAGE"])
    error_message = "actual above 80 %, forecast above 100 %"
  }
  assert {
    condition     = contains([for statement in jsondecode(aws_sns_topic_policy.alerts.policy).Statement : statement.Principal], { Service = "budgets.amazonaws.com" }) || anytrue([for statement in jsondecode(aws_sns_topic_policy.alerts.policy).Statement : try(statement.Principal.Service == "budgets.amazonaws.com", false)])
    error_message = "AWS Budgets may publish"
  }
  assert {
    condition     = anytrue([for statement in jsondecode(aws_kms_key.alerts.policy).Statement : try(contains(statement.Principal.Service, "budgets.amazonaws.com") && contains(statement.Action, "kms:GenerateDataKey*"), false)])
    error_message = "AWS Budgets may use the topic's key"
  }
  assert {
    condition     = !aws_budgets_budget.monthly.cost_types[0].include_credit && !aws_budgets_budget.monthly.cost_types[0].include_refund
    error_message = "credits and refunds do not hide what is spent"
  }
  assert {
    condition     = strcontains(output.next_step, "Confirm subscription") && keys(aws_sns_topic_subscription.email) == ["finance@example.com"]
    error_message = "the deployer is told to confirm"
  }
}

run "an_address_that_is_none_is_refused" {
  command = plan

  variables {
    emails = ["finance"]
  }

  expect_failures = [var.emails]
}
