# Kinds that an environment has to list under `kinds` in nightcap.yaml.

locals {
  ec2_arns        = "arn:${local.partition}:ec2:*:${local.account}:instance/*"
  service_arns    = "arn:${local.partition}:ecs:*:${local.account}:service/*"
  node_group_arns = "arn:${local.partition}:eks:*:${local.account}:nodegroup/*"

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

  # Whoever starts an instance whose volume is encrypted by a customer key has to be able to
  # give EBS a grant on that key. Without it the order succeeds and the machine stops again
  # by itself (Client.InternalError). Only EC2 may ask, for AWS's own use, to decrypt a volume.
  started_by_key = [for statement in [
    {
      Sid      = "LetVolumesBeDecrypted"
      Effect   = "Allow"
      Action   = "kms:CreateGrant"
      Resource = var.kms_key_arns
      Condition = {
        Bool       = { "kms:GrantIsForAWSResource" = "true" }
        StringLike = { "kms:ViaService" = ["ec2.*.amazonaws.com", "ec2.*.amazonaws.com.cn"] }
        "ForAllValues:StringEquals" = {
          "kms:EncryptionContextKeys" = ["aws:ebs:id"]
          "kms:GrantOperations"       = ["Decrypt"]
        }
        # ForAllValues is true of an empty list as well.
        Null = { "kms:EncryptionContextKeys" = "false", "kms:GrantOperations" = "false" }
      }
    },
  ] : jsonencode(statement) if length(local.of["ec2-instance"]) > 0 && length(var.kms_key_arns) > 0]

  # A start is authorised on the instance's licence configuration, too, which has no tag of
  # an environment (Service Authorization Reference, Amazon EC2: StartInstances).
  started_by_licence = [for statement in [
    {
      Sid      = "StartLicensedMachines"
      Effect   = "Allow"
      Action   = "ec2:StartInstances"
      Resource = var.license_configuration_arns
    },
  ] : jsonencode(statement) if length(local.of["ec2-instance"]) > 0 && length(var.license_configuration_arns) > 0]

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
      # Without the tag: every service that bears nightcap:environment is looked at, of
      # production and of environments that do not list the kind too, before it is left alone.
      Sid      = "ReadServices"
      Effect   = "Allow"
      Action   = "ecs:DescribeServices"
      Resource = local.service_arns
    },
    {
      Sid       = "ResizeServices"
      Effect    = "Allow"
      Action    = "ecs:UpdateService"
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
      # Without the tag, as for services.
      Sid      = "ReadNodeGroups"
      Effect   = "Allow"
      Action   = "eks:DescribeNodegroup"
      Resource = local.node_group_arns
    },
    {
      Sid       = "ResizeNodeGroups"
      Effect    = "Allow"
      Action    = "eks:UpdateNodegroupConfig"
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
