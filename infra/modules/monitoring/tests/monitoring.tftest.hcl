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
  name        = "greenleaf-preprod"
  environment = "preprod"
  topic_arn   = "arn:aws:sns:eu-west-3:123456789012:greenleaf-alerts"
}

run "everything" {
  command = plan

  variables {
    group         = { name = "greenleaf-preprod-app" }
    load_balancer = { arn_suffix = "app/x/1", target_group_arn_suffix = "targetgroup/x/1" }
    database      = { identifier = "greenleaf-preprod-db" }
  }

  assert {
    condition = { for key, alarm in aws_cloudwatch_metric_alarm.this : key => "${alarm.metric_name} ${alarm.comparison_operator} ${alarm.threshold} ${alarm.period * alarm.evaluation_periods}" } == {
      unhealthy-hosts      = "UnHealthyHostCount GreaterThanOrEqualToThreshold 1 60"
      group-cpu            = "CPUUtilization GreaterThanThreshold 85 300"
      database-storage     = "FreeStorageSpace LessThanThreshold 2147483648 300"
      database-cpu         = "CPUUtilization GreaterThanThreshold 80 300"
      database-connections = "DatabaseConnections GreaterThanThreshold 400 300"
    }
    error_message = "the five alarms of the platform"
  }
  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.this : alarm.treat_missing_data == "notBreaching" && alarm.alarm_actions == toset([var.topic_arn])])
    error_message = "an environment asleep is no alarm, and alarms reach the topic"
  }
  assert {
    condition     = aws_cloudwatch_log_group.application.retention_in_days == 7
    error_message = "logs are kept 7 days"
  }
  assert {
    condition     = alltrue([for metric in ["CPUUtilization", "DatabaseConnections", "RequestCount", "Nightcap"] : strcontains(aws_cloudwatch_dashboard.this.dashboard_body, metric)])
    error_message = "the dashboard shows CPU, connections, requests and Nightcap's figures"
  }
}

run "dev" {
  command = plan

  variables {
    name        = "greenleaf-dev"
    environment = "dev"
  }

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.this) == 0
    error_message = "no alarm on what dev does not have"
  }
}

run "a_zone_without_a_nat_is_told" {
  command = plan

  variables {
    name        = "greenleaf-prod"
    environment = "prod"
    topic_arn   = "arn:aws:sns:eu-west-3:123456789012:greenleaf-alerts"
    nat_groups  = ["greenleaf-prod-nat-eu-west-3a", "greenleaf-prod-nat-eu-west-3b"]
  }

  assert {
    condition = {
      for alarm in aws_cloudwatch_metric_alarm.this : alarm.alarm_name => "${alarm.metric_name} ${alarm.dimensions.AutoScalingGroupName} ${alarm.comparison_operator} ${alarm.threshold} ${alarm.period * alarm.evaluation_periods}"
      } == {
      greenleaf-prod-nat-eu-west-3a-missing = "GroupInServiceInstances greenleaf-prod-nat-eu-west-3a LessThanThreshold 1 600"
      greenleaf-prod-nat-eu-west-3b-missing = "GroupInServiceInstances greenleaf-prod-nat-eu-west-3b LessThanThreshold 1 600"
    }
    error_message = "no NAT in service for ten minutes is an alarm of its zone"
  }
}
