# Kinds that an environment has to list under `kinds` in nightcap.yaml.

locals {
  ec2_arns        = "arn:${var.partition}:ec2:*:${var.account_id}:instance/*"
  service_arns    = "arn:${var.partition}:ecs:*:${var.account_id}:service/*"
  node_group_arns = "arn:${var.partition}:eks:*:${var.account_id}:nodegroup/*"

  instances = [for statement in [
    {
      # EC2's describing actions have no resource-level permissions
      # (Service Authorization Reference, Amazon EC2).
      Sid      = "SeeMachines"
      Effect   = "Allow"
      Action   = ["ec2:DescribeInstances", "ec2:DescribeSpotInstanceRequests"]
      Resource = "*"
    },
    {
      Sid       = "StopAndStartMachines"
      Effect    = "Allow"
      Action    = ["ec2:StopInstances", "ec2:StartInstances"]
      Resource  = local.ec2_arns
      Condition = local.tagged["ec2-instance"]
    },
  ] : jsonencode(statement) if length(local.of["ec2-instance"]) > 0]

  services = [for statement in [
    {
      # None has resource-level permissions (Service Authorization Reference,
      # Resource Groups Tagging and Application Auto Scaling).
      Sid      = "SeeServices"
      Effect   = "Allow"
      Action   = ["tag:GetResources", "application-autoscaling:DescribeScalableTargets", "application-autoscaling:DescribeScheduledActions"]
      Resource = "*"
    },
    {
      Sid       = "ResizeServices"
      Effect    = "Allow"
      Action    = ["ecs:DescribeServices", "ecs:UpdateService"]
      Resource  = local.service_arns
      Condition = local.tagged["ecs-service"]
    },
    {
      Sid       = "RememberTasks"
      Effect    = "Allow"
      Action    = ["ecs:TagResource", "ecs:UntagResource"]
      Resource  = local.service_arns
      Condition = merge(local.tagged["ecs-service"], local.only_capacity)
    },
  ] : jsonencode(statement) if length(local.of["ecs-service"]) > 0]

  node_groups = [for statement in [
    {
      # As above; the machines of a node group are counted by its group, which may have a
      # schedule of its own, and are asked for their tags before it is stopped.
      Sid      = "SeeNodeGroups"
      Effect   = "Allow"
      Action   = ["tag:GetResources", "autoscaling:DescribeAutoScalingGroups", "autoscaling:DescribeScheduledActions", "ec2:DescribeInstances"]
      Resource = "*"
    },
    {
      Sid       = "ResizeNodeGroups"
      Effect    = "Allow"
      Action    = ["eks:DescribeNodegroup", "eks:UpdateNodegroupConfig"]
      Resource  = local.node_group_arns
      Condition = local.tagged["eks-node-group"]
    },
    {
      Sid       = "RememberNodes"
      Effect    = "Allow"
      Action    = ["eks:TagResource", "eks:UntagResource"]
      Resource  = local.node_group_arns
      Condition = merge(local.tagged["eks-node-group"], local.only_capacity)
    },
  ] : jsonencode(statement) if length(local.of["eks-node-group"]) > 0]
}
