locals {
  single = var.mode == "single"

  images = {
    amazon_linux_2023 = { parameter = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64", root_device = "/dev/xvda" }
    ubuntu_22_04      = { parameter = "/aws/service/canonical/ubuntu/server/22.04/stable/current/amd64/hvm/ebs-gp2/ami-id", root_device = "/dev/sda1" }
  }
  image = local.images[var.operating_system]

  boot_hook  = "boot"
  group_name = "${var.name}-app"

  region    = data.aws_region.current.id
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  suffix    = data.aws_partition.current.dns_suffix
}

data "aws_region" "current" {}
data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

data "aws_ssm_parameter" "ami" {
  name = local.image.parameter
}

# The newest image when it was first looked up, and kept until image_release says otherwise:
# a new one appears about every two weeks, and an unrelated apply must not roll the group.
resource "terraform_data" "image" {
  input            = data.aws_ssm_parameter.ami.insecure_value
  triggers_replace = [var.image_release, var.operating_system]

  lifecycle {
    ignore_changes = [input]
  }
}

# ---------------------------------------------------------------- security groups

resource "aws_security_group" "application" {
  # checkov:skip=CKV2_AWS_5: attached by the launch template or the single instance below
  # A prefix: the new one is made before the old goes, and two of one name cannot be in a VPC.
  name_prefix = "${var.name}-app-"
  description = "Application instances"
  vpc_id      = var.vpc_id

  tags = merge(var.tags, { Name = "${var.name}-app" })

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "from_load_balancer" {
  # checkov:skip=CKV_AWS_260: from the load balancer's group only; the check overlooks referenced_security_group_id
  count = local.single ? 0 : 1

  security_group_id            = aws_security_group.application.id
  description                  = "HTTP from the load balancer"
  referenced_security_group_id = aws_security_group.load_balancer[0].id
  from_port                    = 80
  to_port                      = 80
  ip_protocol                  = "tcp"
}

resource "aws_vpc_security_group_ingress_rule" "http_to_single" {
  # checkov:skip=CKV_AWS_260: dev's one instance is the web server; port 80 is how it is tried
  count = local.single ? 1 : 0

  security_group_id = aws_security_group.application.id
  description       = "HTTP"
  cidr_ipv4         = "0.0.0.0/0"
  from_port         = 80
  to_port           = 80
  ip_protocol       = "tcp"
}

resource "aws_vpc_security_group_ingress_rule" "ssh_to_single" {
  for_each = local.single ? toset(var.ssh_cidrs) : []

  security_group_id = aws_security_group.application.id
  description       = "SSH from a listed range"
  cidr_ipv4         = each.key
  from_port         = 22
  to_port           = 22
  ip_protocol       = "tcp"
}

resource "aws_vpc_security_group_egress_rule" "web" {
  for_each = { http = 80, https = 443 }

  security_group_id = aws_security_group.application.id
  description       = "Packages, images, AWS and payment services (${each.key})"
  cidr_ipv4         = "0.0.0.0/0"
  from_port         = each.value
  to_port           = each.value
  ip_protocol       = "tcp"
}

resource "aws_vpc_security_group_egress_rule" "data" {
  for_each = local.single ? {} : { database = var.database.port, redis = 6379 }

  security_group_id = aws_security_group.application.id
  description       = "To the data subnets (${each.key})"
  cidr_ipv4         = var.vpc_cidr
  from_port         = each.value
  to_port           = each.value
  ip_protocol       = "tcp"
}

# ---------------------------------------------------------------- group

resource "aws_launch_template" "this" {
  # checkov:skip=CKV_AWS_341: containers behind Docker's bridge are one hop further from the metadata service than the host
  count = local.single ? 0 : 1

  name                   = "${var.name}-app"
  description            = "Application instance of ${var.name}"
  image_id               = terraform_data.image.output
  instance_type          = var.instance_type
  update_default_version = true
  user_data              = local.user_data
  vpc_security_group_ids = [aws_security_group.application.id]

  iam_instance_profile {
    arn = aws_iam_instance_profile.this.arn
  }

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 2
  }

  # The step policy's alarms ask for two minutes in a row; without it EC2 tells one in five.
  monitoring {
    enabled = var.detailed_monitoring || var.scaling_policy == "step"
  }

  credit_specification {
    cpu_credits = "standard"
  }

  block_device_mappings {
    device_name = local.image.root_device

    ebs {
      encrypted             = true
      volume_type           = "gp3"
      volume_size           = var.root_volume_size
      delete_on_termination = true
    }
  }

  # Instances and volumes carry the scheduling tags too, so that their cost is counted with
  # the environment. Nightcap leaves a group's instances alone whatever their tags: the group
  # is what sleeps, and an instance stopped on its own would just be replaced.
  tag_specifications {
    resource_type = "instance"
    tags          = merge(var.tags, var.schedule_tags, { Name = "${var.name}-app", Environment = var.environment })
  }

  tag_specifications {
    resource_type = "volume"
    tags          = merge(var.tags, var.schedule_tags, { Name = "${var.name}-app", Environment = var.environment })
  }

  tags = var.tags
}

resource "aws_autoscaling_group" "this" {
  count = local.single ? 0 : 1

  name                      = local.group_name
  min_size                  = var.capacity.min
  desired_capacity          = var.capacity.desired
  max_size                  = var.capacity.max
  vpc_zone_identifier       = var.private_subnet_ids
  target_group_arns         = [aws_lb_target_group.this[0].arn]
  health_check_type         = "ELB"
  health_check_grace_period = 300
  default_cooldown          = 300
  enabled_metrics           = ["GroupDesiredCapacity", "GroupInServiceInstances", "GroupMinSize", "GroupMaxSize"]

  # Held back until the shop answers on the instance (bin/boot, templates/application.sh): only
  # then does the load balancer ask it, and the grace period begin. Without this an instance
  # whose packages and images take longer than the grace period is replaced for ever, and each
  # waking looks like an unhealthy host. One that does not get there is given up.
  initial_lifecycle_hook {
    name                 = local.boot_hook
    lifecycle_transition = "autoscaling:EC2_INSTANCE_LAUNCHING"
    heartbeat_timeout    = var.boot_timeout
    default_result       = "ABANDON"
  }

  launch_template {
    id = aws_launch_template.this[0].id
    # The number, not "$Latest": only a changed value starts an instance refresh.
    version = aws_launch_template.this[0].latest_version
  }

  instance_refresh {
    strategy = "Rolling"

    preferences {
      min_healthy_percentage = 50
    }
  }

  dynamic "tag" {
    for_each = merge(var.tags, var.schedule_tags, { Name = "${var.name}-app" })

    content {
      key                 = tag.key
      value               = tag.value
      propagate_at_launch = true
    }
  }

  lifecycle {
    # Nightcap scales to zero and back; so may a person. Terraform sets the first
    # size only. The tag `nightcap:capacity`, which Nightcap keeps on the group
    # while it sleeps, is ignored by the root's provider (`ignore_tags`): a single
    # `tag` block cannot be named here, and ignoring all of them would freeze ours.
    ignore_changes = [min_size, max_size, desired_capacity]
  }
}

# The same, for a group that was made without it.
resource "aws_autoscaling_lifecycle_hook" "boot" {
  count = local.single ? 0 : 1

  name                   = local.boot_hook
  autoscaling_group_name = aws_autoscaling_group.this[0].name
  lifecycle_transition   = "autoscaling:EC2_INSTANCE_LAUNCHING"
  heartbeat_timeout      = var.boot_timeout
  default_result         = "ABANDON"
}

resource "aws_autoscaling_policy" "target_tracking" {
  count = !local.single && var.scaling_policy == "target_tracking" ? 1 : 0

  name                      = "${var.name}-cpu-60"
  autoscaling_group_name    = aws_autoscaling_group.this[0].name
  policy_type               = "TargetTrackingScaling"
  estimated_instance_warmup = 300

  target_tracking_configuration {
    target_value = 60

    predefined_metric_specification {
      predefined_metric_type = "ASGAverageCPUUtilization"
    }
  }
}

resource "aws_autoscaling_policy" "step" {
  for_each = !local.single && var.scaling_policy == "step" ? { out = 1, in = -1 } : {}

  name                   = "${var.name}-${each.key}"
  autoscaling_group_name = aws_autoscaling_group.this[0].name
  policy_type            = "SimpleScaling"
  adjustment_type        = "ChangeInCapacity"
  scaling_adjustment     = each.value
  cooldown               = 300
}

resource "aws_cloudwatch_metric_alarm" "step" {
  for_each = !local.single && var.scaling_policy == "step" ? {
    out = { operator = "GreaterThanThreshold", threshold = 70 }
    in  = { operator = "LessThanThreshold", threshold = 30 }
  } : {}

  alarm_name          = "${var.name}-scale-${each.key}"
  alarm_description   = "Average CPU ${each.key == "out" ? "above 70" : "below 30"} % for 2 minutes: one instance ${each.key == "out" ? "more" : "less"}."
  namespace           = "AWS/EC2"
  metric_name         = "CPUUtilization"
  dimensions          = { AutoScalingGroupName = aws_autoscaling_group.this[0].name }
  statistic           = "Average"
  period              = 60
  evaluation_periods  = 2
  comparison_operator = each.value.operator
  threshold           = each.value.threshold
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_autoscaling_policy.step[each.key].arn]

  tags = var.tags
}

# ---------------------------------------------------------------- dev's one instance

resource "aws_instance" "single" {
  # checkov:skip=CKV_AWS_88: dev has no load balancer, its address is how it is reached
  # checkov:skip=CKV_AWS_126: detailed monitoring is a setting; dev's data is disposable
  count = local.single ? 1 : 0

  ami                         = terraform_data.image.output
  instance_type               = var.instance_type
  subnet_id                   = var.public_subnet_ids[0]
  vpc_security_group_ids      = [aws_security_group.application.id]
  associate_public_ip_address = true
  iam_instance_profile        = aws_iam_instance_profile.this.name
  monitoring                  = var.detailed_monitoring
  ebs_optimized               = true
  user_data_base64            = local.user_data
  user_data_replace_on_change = true

  # A bare number of dollars an hour, in quotes. EC2 refuses to stop a Spot instance of a
  # one-time request; of a persistent one it stops and starts it like any other, and with
  # "stop" an interruption keeps the volume, too.
  instance_market_options {
    market_type = "spot"

    spot_options {
      max_price                      = var.spot_max_price
      spot_instance_type             = "persistent"
      instance_interruption_behavior = "stop"
    }
  }

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 2
  }

  credit_specification {
    cpu_credits = "standard"
  }

  root_block_device {
    encrypted             = true
    volume_type           = "gp3"
    volume_size           = var.root_volume_size
    delete_on_termination = true
  }

  tags = merge(var.tags, var.schedule_tags, { Name = "${var.name}-app" })

  lifecycle {
    # A new image must not throw a developer's running instance away: replace it
    # with `terraform apply -replace` when wanted. Asleep it has no public address, which
    # the provider reads as false and would replace it for (hashicorp/terraform-provider-aws,
    # issue 33775).
    ignore_changes = [ami, associate_public_ip_address]
  }
}
