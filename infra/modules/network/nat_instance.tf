# NAT instances. The route of a private subnet must point at something that stays
# while instances come and go, and an Auto Scaling group cannot be given an
# existing interface in its launch template. So: one lasting interface per zone,
# which the route names, and a group of one whose instance takes that interface
# at boot. A stopped, broken or terminated instance is replaced by the group; no
# route, and no Terraform plan, changes. The groups carry no
# `nightcap:environment` tag: NAT instances are never scheduled.

locals {
  nat_instance_zones = var.nat_mode == "instance" ? local.nat_zones : {}
  nat_tag            = "${var.name}-nat"
}

data "aws_ssm_parameter" "nat_ami" {
  count = var.nat_mode == "instance" ? 1 : 0

  name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
}

# The newest image when it was first looked up, and kept until nat_image_release says
# otherwise: AWS publishes one every two weeks, and an unrelated apply must not change
# what the next NAT instance is.
resource "terraform_data" "nat_image" {
  count = var.nat_mode == "instance" ? 1 : 0

  input            = data.aws_ssm_parameter.nat_ami[0].insecure_value
  triggers_replace = [var.nat_image_release]

  lifecycle {
    ignore_changes = [input]
  }
}

resource "aws_security_group" "nat" {
  count = var.nat_mode == "instance" ? 1 : 0

  # A prefix: where the group has to be replaced, the new one is made before the old goes,
  # and two of one name cannot be in a VPC.
  name_prefix = "${var.name}-nat-"
  description = "NAT instances: everything from the VPC in, everything out"
  vpc_id      = aws_vpc.this.id

  tags = merge(var.tags, { Name = "${var.name}-nat" })

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "nat_vpc" {
  count = var.nat_mode == "instance" ? 1 : 0

  security_group_id = aws_security_group.nat[0].id
  description       = "Any protocol from the VPC"
  cidr_ipv4         = var.vpc_cidr
  ip_protocol       = "-1"
}

resource "aws_vpc_security_group_egress_rule" "nat_internet" {
  count = var.nat_mode == "instance" ? 1 : 0

  security_group_id = aws_security_group.nat[0].id
  description       = "Forwarded traffic to any destination"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "-1"
}

resource "aws_network_interface" "nat" {
  for_each = local.nat_instance_zones

  subnet_id         = aws_subnet.public[each.key].id
  security_groups   = [aws_security_group.nat[0].id]
  source_dest_check = false
  description       = "Lasting target of ${each.key}'s default route"

  tags = merge(var.tags, { Name = "${local.nat_tag}-${each.key}", "greenleaf:nat" = local.nat_tag })

  lifecycle {
    # Attached by the instance itself, not by Terraform.
    ignore_changes = [attachment]
  }
}

resource "aws_route" "nat_instance" {
  for_each = var.nat_mode == "instance" ? local.zones : {}

  route_table_id         = aws_route_table.private[each.key].id
  destination_cidr_block = "0.0.0.0/0"
  network_interface_id   = aws_network_interface.nat[local.nat_zone_of[each.key]].id
}

resource "aws_iam_role" "nat" {
  count = var.nat_mode == "instance" ? 1 : 0

  name = "${var.name}-nat"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "InstancesTakeThisRole"
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ec2.${data.aws_partition.current.dns_suffix}" }
    }]
  })

  tags = var.tags
}

resource "aws_iam_role_policy" "nat" {
  count = var.nat_mode == "instance" ? 1 : 0

  name = "take-nat-interface"
  role = aws_iam_role.nat[0].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "TakeTheInterface"
        Effect   = "Allow"
        Action   = ["ec2:AttachNetworkInterface", "ec2:DetachNetworkInterface"]
        Resource = [for interface in aws_network_interface.nat : interface.arn]
      },
      {
        # Attaching and detaching are authorised on the instance as well.
        Sid       = "OntoNatInstances"
        Effect    = "Allow"
        Action    = ["ec2:AttachNetworkInterface", "ec2:DetachNetworkInterface"]
        Resource  = "arn:${data.aws_partition.current.partition}:ec2:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:instance/*"
        Condition = { StringEquals = { "aws:ResourceTag/greenleaf:nat" = local.nat_tag } }
      },
      {
        # DescribeNetworkInterfaces has no resource-level permission
        # (Service Authorization Reference, Amazon EC2).
        Sid      = "SeeInterfaces"
        Effect   = "Allow"
        Action   = "ec2:DescribeNetworkInterfaces"
        Resource = "*"
      },
    ]
  })
}

resource "aws_iam_role_policy_attachment" "nat_session_manager" {
  count = var.nat_mode == "instance" ? 1 : 0

  role       = aws_iam_role.nat[0].name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_instance_profile" "nat" {
  count = var.nat_mode == "instance" ? 1 : 0

  name = "${var.name}-nat"
  role = aws_iam_role.nat[0].name

  tags = var.tags
}

resource "aws_launch_template" "nat" {
  # checkov:skip=CKV_AWS_88: a NAT instance is the private subnets' way to the Internet and so has a public address
  for_each = local.nat_instance_zones

  name                   = "${local.nat_tag}-${each.key}"
  description            = "NAT instance of ${each.key}"
  image_id               = terraform_data.nat_image[0].output
  instance_type          = var.nat_instance_type
  update_default_version = true

  user_data = base64encode(join("\n", [
    "#!/bin/bash",
    "export NAT_INTERFACE_ID='${aws_network_interface.nat[each.key].id}'",
    "export VPC_CIDR='${var.vpc_cidr}'",
    file("${path.module}/templates/nat.sh"),
  ]))

  iam_instance_profile {
    arn = aws_iam_instance_profile.nat[0].arn
  }

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  network_interfaces {
    associate_public_ip_address = true
    delete_on_termination       = true
    security_groups             = [aws_security_group.nat[0].id]
  }

  # Standard, not unlimited: a surge of traffic may not raise the bill.
  credit_specification {
    cpu_credits = "standard"
  }

  block_device_mappings {
    device_name = "/dev/xvda"

    ebs {
      encrypted             = true
      volume_type           = "gp3"
      volume_size           = 8
      delete_on_termination = true
    }
  }

  tag_specifications {
    resource_type = "instance"
    tags          = merge(var.tags, { Name = "${local.nat_tag}-${each.key}", "greenleaf:nat" = local.nat_tag })
  }

  tag_specifications {
    resource_type = "volume"
    tags          = merge(var.tags, { Name = "${local.nat_tag}-${each.key}" })
  }

  tags = var.tags
}

resource "aws_autoscaling_group" "nat" {
  for_each = local.nat_instance_zones

  name                = "${local.nat_tag}-${each.key}"
  min_size            = 1
  max_size            = 1
  desired_capacity    = 1
  vpc_zone_identifier = [aws_subnet.public[each.key].id]
  health_check_type   = "EC2"

  # The group notices a stopped or terminated instance whatever the grace period;
  # the status checks of a new one need about a minute.
  health_check_grace_period = 60

  launch_template {
    id      = aws_launch_template.nat[each.key].id
    version = aws_launch_template.nat[each.key].latest_version
  }

  # For the alarm on a zone without a NAT; free of charge.
  enabled_metrics = ["GroupInServiceInstances"]

  # No instance_refresh: both zones' groups would roll at once, and the private subnets be
  # without a way out. A new template is for the next instance; roll a group by hand, one
  # zone after the other (docs/infra.md).

  dynamic "tag" {
    for_each = merge(var.tags, { Name = "${local.nat_tag}-${each.key}", "greenleaf:nat" = local.nat_tag })

    content {
      key                 = tag.key
      value               = tag.value
      propagate_at_launch = true
    }
  }
}

data "aws_partition" "current" {}
data "aws_caller_identity" "current" {}
