locals {
  group_arns = "arn:${local.partition}:autoscaling:*:${local.account}:autoScalingGroup:*:autoScalingGroupName/*"

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
      # Whoever may write the tag nightcap:capacity says what a group is woken to: not more
      # than this, whatever stands there. The maximum is named in every call of Nightcap's.
      Sid      = "ResizeGroups"
      Effect   = "Allow"
      Action   = "autoscaling:UpdateAutoScalingGroup"
      Resource = local.group_arns
      Condition = merge(local.tagged["auto-scaling-group"], {
        NumericLessThanEquals = { "autoscaling:MaxSize" = tostring(var.max_capacity) }
      })
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
