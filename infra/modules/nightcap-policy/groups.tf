locals {
  group_arns = "arn:${var.partition}:autoscaling:*:${var.account_id}:autoScalingGroup:*:autoScalingGroupName/*"

  groups = [for statement in [
    {
      # None of them has resource-level permissions (Service Authorization Reference,
      # Amazon EC2 Auto Scaling, Amazon EC2 and Elastic Load Balancing V2). The machines of a
      # group are asked for their tags before it is stopped: one of them may be protected.
      Sid      = "SeeGroups"
      Effect   = "Allow"
      Action   = ["autoscaling:DescribeAutoScalingGroups", "autoscaling:DescribeScheduledActions", "ec2:DescribeInstances", "elasticloadbalancing:DescribeTargetHealth"]
      Resource = "*"
    },
    {
      Sid       = "ResizeGroups"
      Effect    = "Allow"
      Action    = "autoscaling:UpdateAutoScalingGroup"
      Resource  = local.group_arns
      Condition = local.tagged["auto-scaling-group"]
    },
    {
      Sid       = "RememberCapacity"
      Effect    = "Allow"
      Action    = ["autoscaling:CreateOrUpdateTags", "autoscaling:DeleteTags"]
      Resource  = local.group_arns
      Condition = merge(local.tagged["auto-scaling-group"], local.only_capacity)
    },
  ] : jsonencode(statement) if length(local.of["auto-scaling-group"]) > 0]
}
