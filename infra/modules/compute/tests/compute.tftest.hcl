mock_provider "aws" {
  mock_resource "aws_lb_target_group" {
    defaults = { arn = "arn:aws:elasticloadbalancing:eu-west-3:123456789012:targetgroup/greenleaf-preprod-app/0123456789abcdef" }
  }
  mock_resource "aws_lb" {
    defaults = { arn = "arn:aws:elasticloadbalancing:eu-west-3:123456789012:loadbalancer/app/greenleaf-preprod-alb/0123456789abcdef" }
  }
  mock_resource "aws_launch_template" {
    defaults = { id = "lt-0123456789abcdef0" }
  }
  mock_resource "aws_iam_instance_profile" {
    defaults = { arn = "arn:aws:iam::123456789012:instance-profile/greenleaf-preprod-app" }
  }
  mock_data "aws_ssm_parameter" {
    defaults = { insecure_value = "ami-0000000000000000a" }
  }
  mock_data "aws_region" {
    defaults = { id = "eu-west-3" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }
}

variables {
  name                   = "greenleaf-preprod"
  environment            = "preprod"
  vpc_id                 = "vpc-0"
  vpc_cidr               = "10.0.0.0/16"
  public_subnet_ids      = ["subnet-a", "subnet-b"]
  private_subnet_ids     = ["subnet-c", "subnet-d"]
  repository             = { url = "https://git.example.com/greenleaf/nightcap.git" }
  shop_url               = "https://shop.example.com"
  log_group_name         = "/greenleaf/preprod/application"
  log_group_arn          = "arn:aws:logs:eu-west-3:123456789012:log-group:/greenleaf/preprod/application"
  application_secret_arn = "arn:aws:secretsmanager:eu-west-3:123456789012:secret:greenleaf-preprod/app-AbC123"
  schedule_tags          = { "nightcap:environment" = "preprod", Environment = "preprod" }
  database               = { engine = "postgres", host = "db.internal", port = 5432, name = "medusa_db", secret_arn = "arn:aws:secretsmanager:eu-west-3:123456789012:secret:rds-0" }
  cache                  = { host = "redis.internal", tls = false, authenticated = false }
}

run "group_behind_a_load_balancer" {
  command = plan

  assert {
    condition     = aws_iam_role_policy_attachment.session_manager.policy_arn == "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
    error_message = "Session Manager, by AWS's own policy for just that"
  }
  assert {
    condition     = [aws_autoscaling_group.this[0].min_size, aws_autoscaling_group.this[0].desired_capacity, aws_autoscaling_group.this[0].max_size] == [2, 2, 4]
    error_message = "2/2/4"
  }
  assert {
    condition     = toset(aws_autoscaling_group.this[0].vpc_zone_identifier) == toset(["subnet-c", "subnet-d"]) && aws_autoscaling_group.this[0].health_check_type == "ELB" && aws_autoscaling_group.this[0].health_check_grace_period == 300
    error_message = "private subnets, ELB health check, 300 s of grace"
  }
  assert {
    condition     = aws_autoscaling_group.this[0].instance_refresh[0].preferences[0].min_healthy_percentage == 50 && aws_autoscaling_group.this[0].instance_refresh[0].strategy == "Rolling"
    error_message = "rolling refresh with 50 % healthy"
  }
  assert {
    condition     = { for tag in aws_autoscaling_group.this[0].tag : tag.key => tag.propagate_at_launch } == { Name = true, Environment = true, "nightcap:environment" = true }
    error_message = "tagged for Nightcap, and its instances too, for what they cost"
  }
  assert {
    condition     = aws_autoscaling_policy.target_tracking[0].target_tracking_configuration[0].target_value == 60 && length(aws_autoscaling_policy.step) == 0
    error_message = "target tracking on 60 % CPU"
  }
  assert {
    condition     = alltrue([for given in aws_launch_template.this[0].tag_specifications : given.tags["nightcap:environment"] == "preprod"])
    error_message = "so are their volumes"
  }
  assert {
    condition     = aws_autoscaling_lifecycle_hook.boot[0].default_result == "ABANDON" && aws_autoscaling_lifecycle_hook.boot[0].heartbeat_timeout == 1200 && one(aws_autoscaling_group.this[0].initial_lifecycle_hook).name == aws_autoscaling_lifecycle_hook.boot[0].name
    error_message = "an instance is held back until it serves, from the first on"
  }
  assert {
    condition     = strcontains(base64decode(local.user_data), "BOOT_GROUP='greenleaf-preprod-app' BOOT_HOOK='boot'") && strcontains(aws_iam_role_policy.this.policy, "autoscaling:CompleteLifecycleAction")
    error_message = "and says so itself"
  }
  assert {
    condition     = aws_launch_template.this[0].instance_type == "t3.small" && aws_launch_template.this[0].metadata_options[0].http_tokens == "required" && aws_launch_template.this[0].key_name == null
    error_message = "t3.small, IMDSv2 only, no SSH key"
  }
  assert {
    condition     = aws_launch_template.this[0].block_device_mappings[0].ebs[0].encrypted == "true" && aws_launch_template.this[0].block_device_mappings[0].ebs[0].volume_type == "gp3"
    error_message = "encrypted gp3 root"
  }
  assert {
    condition     = aws_lb_target_group.this[0].port == 80 && aws_lb_target_group.this[0].health_check[0].path == "/health" && aws_lb_target_group.this[0].health_check[0].interval == 30
    error_message = "HTTP:80, /health every 30 s"
  }
  assert {
    condition     = aws_lb_target_group.this[0].health_check[0].healthy_threshold == 2 && aws_lb_target_group.this[0].health_check[0].unhealthy_threshold == 2 && !aws_lb_target_group.this[0].stickiness[0].enabled
    error_message = "healthy 2, unhealthy 2, not sticky"
  }
  assert {
    condition     = aws_lb_listener.http[0].port == 80 && aws_lb_listener.http[0].default_action[0].type == "forward" && length(aws_lb_listener.https) == 0
    error_message = "HTTP 80 forwards"
  }
  assert {
    condition     = keys(aws_vpc_security_group_ingress_rule.web) == ["80-0.0.0.0/0"]
    error_message = "open on port 80"
  }
  assert {
    condition     = length(aws_vpc_security_group_ingress_rule.ssh_to_single) + length(aws_vpc_security_group_ingress_rule.http_to_single) + length(aws_instance.single) == 0
    error_message = "nothing of dev's"
  }
}

run "user_data_names_secrets_and_holds_none" {
  command = plan

  assert {
    condition     = startswith(base64decode(local.user_data), "#!/bin/bash\n") && length(base64decode(local.user_data)) < 16384
    error_message = "a script EC2 takes: at most 16 KB"
  }
  assert {
    condition     = strcontains(base64decode(local.user_data), "/var/log/user-data.log") && strcontains(base64decode(local.user_data), "infra/app/bin/boot")
    error_message = "logged, and handed over to infra/app"
  }
  assert {
    condition     = strcontains(base64decode(local.user_data), "DATABASE_SECRET_ARN=arn:aws:secretsmanager:eu-west-3:123456789012:secret:rds-0\n") && strcontains(base64decode(local.user_data), "APP_SECRET_ARN=arn:")
    error_message = "secrets by name"
  }
  assert {
    condition     = !can(regex("(?i)(password|jwt_secret|cookie_secret)=", base64decode(local.user_data)))
    error_message = "no secret's value"
  }
  assert {
    condition     = toset(jsondecode(aws_iam_role_policy.this.policy).Statement[0].Resource) == toset([var.application_secret_arn, var.database.secret_arn])
    error_message = "the instances read just their secrets"
  }
}

run "variants" {
  command = plan

  variables {
    operating_system    = "ubuntu_22_04"
    root_volume_size    = 50
    detailed_monitoring = true
    health_check        = { path = "/health.php", unhealthy = 3, timeout = 5 }
    sticky_sessions     = true
    scaling_policy      = "step"
    ingress             = "cloudflare"
    certificate_arn     = "arn:aws:acm:eu-west-3:123456789012:certificate/0"
  }

  assert {
    condition     = aws_launch_template.this[0].block_device_mappings[0].ebs[0].volume_size == 50 && aws_launch_template.this[0].monitoring[0].enabled && aws_launch_template.this[0].block_device_mappings[0].device_name == "/dev/sda1"
    error_message = "50 GB root, detailed monitoring, Ubuntu's root device"
  }
  assert {
    condition     = aws_lb_target_group.this[0].health_check[0].path == "/health.php" && aws_lb_target_group.this[0].health_check[0].unhealthy_threshold == 3 && aws_lb_target_group.this[0].health_check[0].timeout == 5
    error_message = "the variant health check"
  }
  assert {
    condition     = aws_lb_target_group.this[0].stickiness[0].enabled && aws_lb_target_group.this[0].stickiness[0].cookie_duration == 86400
    error_message = "sticky for 24 hours"
  }
  assert {
    condition     = { for key, policy in aws_autoscaling_policy.step : key => policy.scaling_adjustment } == { out = 1, in = -1 } && alltrue([for policy in aws_autoscaling_policy.step : policy.cooldown == 300])
    error_message = "one more, one less, cooldown 300 s"
  }
  assert {
    condition     = { for key, alarm in aws_cloudwatch_metric_alarm.step : key => "${alarm.threshold} ${alarm.period * alarm.evaluation_periods}" } == { out = "70 120", in = "30 120" }
    error_message = "above 70 %, below 30 %, for 2 minutes"
  }
  assert {
    condition     = length(aws_vpc_security_group_ingress_rule.web) == 30 && !contains([for rule in aws_vpc_security_group_ingress_rule.web : rule.cidr_ipv4], "0.0.0.0/0")
    error_message = "80 and 443 from Cloudflare's 15 ranges only"
  }
  assert {
    condition     = aws_lb_listener.https[0].port == 443 && aws_lb_listener.http[0].default_action[0].type == "redirect" && aws_lb_listener.http[0].default_action[0].redirect[0].port == "443" && aws_lb_listener.http[0].default_action[0].redirect[0].protocol == "HTTPS" && aws_lb_listener.http[0].default_action[0].redirect[0].status_code == "HTTP_301"
    error_message = "443 with the certificate, 80 redirects to it for good"
  }
}

run "step_scaling_has_the_minutes_it_asks_for" {
  command = plan

  variables {
    scaling_policy = "step"
  }

  assert {
    condition     = aws_launch_template.this[0].monitoring[0].enabled
    error_message = "two minutes in a row need a figure a minute"
  }
}

run "china" {
  command = plan

  override_data {
    target = data.aws_partition.current
    values = { partition = "aws-cn", dns_suffix = "amazonaws.com.cn" }
  }
  override_data {
    target = data.aws_region.current
    values = { id = "cn-north-1" }
  }
  variables {
    media           = { bucket = "greenleaf-media" }
    secret_key_arns = ["arn:aws-cn:kms:cn-north-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"]
  }

  assert {
    condition     = local.ecr == "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn" && local.conf.S3_ENDPOINT == "https://s3.cn-north-1.amazonaws.com.cn"
    error_message = "registry and S3 by the partition's own names"
  }
  assert {
    condition = jsondecode(aws_iam_role.this.assume_role_policy).Statement[0].Principal.Service == "ec2.amazonaws.com.cn" && alltrue([
      for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : alltrue([for arn in flatten([statement.Resource]) : startswith(arn, "arn:aws-cn:")])
      if contains(["PullItsImages", "EndItsOwnBoot", "KeepMedia", "ListMedia"], statement.Sid)
    ])
    error_message = "so are the role's trust and rights"
  }
  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : statement.Condition.StringEquals["kms:ViaService"] if statement.Sid == "DecryptItsSecrets"] == ["secretsmanager.cn-north-1.amazonaws.com.cn"]
    error_message = "a customer key decrypts secrets, and nothing else"
  }
}

run "single" {
  command = plan

  variables {
    name        = "greenleaf-dev"
    environment = "dev"
    mode        = "single"
    database    = null
    cache       = null
    ssh_cidrs   = ["203.0.113.0/24"]
    shop_url    = "http://dev.shop.example.com"
  }

  assert {
    condition     = aws_instance.single[0].instance_type == "t3.small" && aws_instance.single[0].associate_public_ip_address && aws_instance.single[0].subnet_id == "subnet-a"
    error_message = "one t3.small with a public address in a public subnet"
  }
  assert {
    condition     = aws_instance.single[0].instance_market_options[0].market_type == "spot" && aws_instance.single[0].instance_market_options[0].spot_options[0].max_price == "0.0150"
    error_message = "Spot, with its highest price"
  }
  assert {
    condition     = aws_instance.single[0].instance_market_options[0].spot_options[0].spot_instance_type == "persistent" && aws_instance.single[0].instance_market_options[0].spot_options[0].instance_interruption_behavior == "stop"
    error_message = "a Spot request that lets the instance be stopped and started"
  }
  assert {
    condition     = aws_vpc_security_group_ingress_rule.http_to_single[0].from_port == 80 && keys(aws_vpc_security_group_ingress_rule.ssh_to_single) == ["203.0.113.0/24"]
    error_message = "port 80 open, SSH from the listed range only"
  }
  assert {
    condition     = length(aws_autoscaling_group.this) + length(aws_lb.this) + length(aws_lb_target_group.this) + length(aws_launch_template.this) + length(aws_vpc_security_group_egress_rule.data) == 0
    error_message = "no group, no load balancer, no data subnets"
  }
  assert {
    condition     = !strcontains(base64decode(local.user_data), "DATABASE_") && !strcontains(base64decode(local.user_data), "REDIS_")
    error_message = "database and cache are containers"
  }
}

run "ssh_from_everywhere_is_refused" {
  command = plan

  variables {
    ssh_cidrs = ["0.0.0.0/0"]
  }

  expect_failures = [var.ssh_cidrs]
}

run "a_price_with_a_currency_is_refused" {
  command = plan

  variables {
    spot_max_price = "$0.015"
  }

  expect_failures = [var.spot_max_price]
}

run "an_address_with_a_password_is_refused" {
  command = plan

  variables {
    repository = { url = "https://user:token@git.example.com/nightcap.git" }
  }

  expect_failures = [var.repository]
}

# Applied, one after the other in one state, to a provider that makes nothing: AWS has published a
# new image in the meantime.
run "the_newest_image_at_first" {
  assert {
    condition     = aws_launch_template.this[0].image_id == "ami-0000000000000000a"
    error_message = "looked up"
  }
}

run "an_image_is_kept_when_aws_publishes_another" {
  override_data {
    target = data.aws_ssm_parameter.ami
    values = { insecure_value = "ami-0000000000000000b" }
  }

  assert {
    condition     = aws_launch_template.this[0].image_id == "ami-0000000000000000a"
    error_message = "an unrelated apply rolls nothing"
  }
}

run "an_image_is_taken_with_another_release" {
  variables {
    image_release = "2"
  }
  override_data {
    target = data.aws_ssm_parameter.ami
    values = { insecure_value = "ami-0000000000000000b" }
  }

  assert {
    condition     = aws_launch_template.this[0].image_id == "ami-0000000000000000b"
    error_message = "the newest of when it was asked for"
  }
}
