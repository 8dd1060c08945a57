locals {
  region = data.aws_region.current.id

  group_alarms = var.group == null ? {} : {
    group-cpu = {
      description = "Average CPU of the group above 85 % for 5 minutes."
      namespace   = "AWS/EC2", metric = "CPUUtilization", statistic = "Average"
      dimensions  = { AutoScalingGroupName = var.group.name }
      operator    = "GreaterThanThreshold", threshold = 85, period = 300, periods = 1
    }
  }
  # The groups of one replace a dead NAT by themselves; one that cannot be replaced is told.
  nat_alarms = {
    for name in var.nat_groups : "${name}-missing" => {
      description = "${name} has had no instance in service for 10 minutes: its zone's private subnets have no way out."
      namespace   = "AWS/AutoScaling", metric = "GroupInServiceInstances", statistic = "Maximum"
      dimensions  = { AutoScalingGroupName = name }
      operator    = "LessThanThreshold", threshold = 1, period = 300, periods = 2
    }
  }
  balancer_alarms = var.load_balancer == null ? {} : {
    unhealthy-hosts = {
      description = "At least one instance has failed the load balancer's health check for 1 minute."
      namespace   = "AWS/ApplicationELB", metric = "UnHealthyHostCount", statistic = "Maximum"
      dimensions  = { LoadBalancer = var.load_balancer.arn_suffix, TargetGroup = var.load_balancer.target_group_arn_suffix }
      operator    = "GreaterThanOrEqualToThreshold", threshold = 1, period = 60, periods = 1
    }
  }
  database_alarms = var.database == null ? {} : {
    database-storage = {
      description = "Less than 2 GB of the database's storage is free."
      namespace   = "AWS/RDS", metric = "FreeStorageSpace", statistic = "Minimum"
      dimensions  = { DBInstanceIdentifier = var.database.identifier }
      operator    = "LessThanThreshold", threshold = 2 * 1024 * 1024 * 1024, period = 300, periods = 1
    }
    database-cpu = {
      description = "CPU of the database above 80 % for 5 minutes."
      namespace   = "AWS/RDS", metric = "CPUUtilization", statistic = "Average"
      dimensions  = { DBInstanceIdentifier = var.database.identifier }
      operator    = "GreaterThanThreshold", threshold = 80, period = 300, periods = 1
    }
    database-connections = {
      description = "More than ${var.database.connections_threshold} connections to the database."
      namespace   = "AWS/RDS", metric = "DatabaseConnections", statistic = "Maximum"
      dimensions  = { DBInstanceIdentifier = var.database.identifier }
      operator    = "GreaterThanThreshold", threshold = var.database.connections_threshold, period = 300, periods = 1
    }
  }
  alarms = merge(local.group_alarms, local.nat_alarms, local.balancer_alarms, local.database_alarms)
}

data "aws_region" "current" {}

resource "aws_cloudwatch_log_group" "application" {
  # checkov:skip=CKV_AWS_338: the platform keeps logs 7 days, a year's storage is not in its 500 USD
  # checkov:skip=CKV_AWS_158: CloudWatch's own encryption; a customer key is a setting (log_kms_key_arn)
  name              = "/greenleaf/${var.environment}/application"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.log_kms_key_arn

  tags = var.tags
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = startswith(each.key, var.name) ? each.key : "${var.name}-${each.key}"
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  period              = each.value.period
  evaluation_periods  = each.value.periods
  comparison_operator = each.value.operator
  threshold           = each.value.threshold
  # An environment that sleeps sends no figures: that is no alarm.
  treat_missing_data = "notBreaching"
  alarm_actions      = [var.topic_arn]
  ok_actions         = [var.topic_arn]

  tags = var.tags
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name

  dashboard_body = jsonencode({
    widgets = concat(
      [for group in [var.group] : {
        type = "metric", x = 0, y = 0, width = 8, height = 6
        properties = {
          title   = "Group: CPU (%)", region = local.region, period = 300, stat = "Average", view = "timeSeries"
          metrics = [["AWS/EC2", "CPUUtilization", "AutoScalingGroupName", group.name]]
        }
      } if group != null],
      [for database in [var.database] : {
        type = "metric", x = 8, y = 0, width = 8, height = 6
        properties = {
          title   = "Database: connections", region = local.region, period = 300, stat = "Maximum", view = "timeSeries"
          metrics = [["AWS/RDS", "DatabaseConnections", "DBInstanceIdentifier", database.identifier]]
        }
      } if database != null],
      [for balancer in [var.load_balancer] : {
        type = "metric", x = 16, y = 0, width = 8, height = 6
        properties = {
          title   = "Load balancer: requests", region = local.region, period = 300, stat = "Sum", view = "timeSeries"
          metrics = [["AWS/ApplicationELB", "RequestCount", "LoadBalancer", balancer.arn_suffix]]
        }
      } if balancer != null],
      [
        {
          type = "metric", x = 0, y = 6, width = 12, height = 6
          properties = {
            title = "Nightcap's own figures", region = local.region, view = "timeSeries", period = 600
            # Whatever the functions publish, without a list that would fall behind them.
            metrics = [[{ expression = "SEARCH('Namespace=\"${var.nightcap_namespace}\"', 'Sum', 600)", id = "nightcap", label = "" }]]
          }
        },
        {
          type = "metric", x = 12, y = 6, width = 12, height = 6
          properties = {
            title   = "Nightcap's functions: runs and errors", region = local.region, view = "timeSeries", period = 600, stat = "Sum"
            metrics = [for pair in setproduct(var.nightcap_function_names, ["Invocations", "Errors"]) : ["AWS/Lambda", pair[1], "FunctionName", pair[0]]]
          }
        },
        {
          type = "log", x = 0, y = 12, width = 24, height = 6
          properties = {
            title = "Application: latest errors", region = local.region, view = "table"
            query = "SOURCE '${aws_cloudwatch_log_group.application.name}' | fields @timestamp, @logStream, @message | filter @message like /(?i)error/ | sort @timestamp desc | limit 20"
          }
        },
      ],
    )
  })
}
