# What the scheduler may do to the fleet of one account: the same text for its own
# role and for the roles of other accounts (nightcap-target-role).

locals {
  groups    = "arn:${var.partition}:autoscaling:*:${var.account_id}:autoScalingGroup:*:autoScalingGroupName/*"
  databases = ["arn:${var.partition}:rds:*:${var.account_id}:db:*", "arn:${var.partition}:rds:*:${var.account_id}:cluster:*"]
  snapshots = "arn:${var.partition}:rds:*:${var.account_id}:snapshot:${var.snapshot_prefix}*"

  scheduled = { StringEquals = { "aws:ResourceTag/nightcap:environment" = var.environments } }

  # In IAM a tag's key in a condition matches whatever its case, so two of the three
  # say the same; they are all written, as the rule for the code is.
  protected_keys = ["nightcap:environment", "Environment", "environment"]

  allow = [
    {
      # Neither action has resource-level permissions
      # (Service Authorization Reference, Amazon EC2 Auto Scaling).
      Sid      = "SeeGroups"
      Effect   = "Allow"
      Action   = ["autoscaling:DescribeAutoScalingGroups", "autoscaling:DescribeScheduledActions"]
      Resource = "*"
    },
    {
      # Listing is authorised on every database of the account, whatever its tags.
      Sid      = "SeeDatabases"
      Effect   = "Allow"
      Action   = ["rds:DescribeDBInstances", "rds:DescribeDBClusters", "rds:DescribeGlobalClusters"]
      Resource = concat(local.databases, ["arn:${var.partition}:rds::${var.account_id}:global-cluster:*"])
    },
    {
      Sid       = "ResizeGroups"
      Effect    = "Allow"
      Action    = "autoscaling:UpdateAutoScalingGroup"
      Resource  = local.groups
      Condition = local.scheduled
    },
    {
      Sid    = "RememberCapacity"
      Effect = "Allow"
      Action = ["autoscaling:CreateOrUpdateTags", "autoscaling:DeleteTags"]
      # The tag the capacity is remembered in, and no other.
      Resource = local.groups
      Condition = merge(local.scheduled, {
        "ForAllValues:StringEquals" = { "aws:TagKeys" = ["nightcap:capacity"] }
        # ForAllValues is true of an empty list as well.
        Null = { "aws:TagKeys" = "false" }
      })
    },
    {
      Sid       = "StopAndStartDatabases"
      Effect    = "Allow"
      Action    = ["rds:StopDBInstance", "rds:StartDBInstance", "rds:StopDBCluster", "rds:StartDBCluster", "rds:CreateDBSnapshot"]
      Resource  = local.databases
      Condition = local.scheduled
    },
    {
      # A stop or snapshot that names a snapshot is authorised on it too; it does not
      # exist yet and so has no tags to ask for. Its name is Nightcap's own.
      Sid      = "SnapshotAtStop"
      Effect   = "Allow"
      Action   = ["rds:StopDBInstance", "rds:CreateDBSnapshot", "rds:AddTagsToResource"]
      Resource = local.snapshots
    },
    {
      Sid      = "NoteOnDatabases"
      Effect   = "Allow"
      Action   = "rds:AddTagsToResource"
      Resource = local.databases
      Condition = merge(local.scheduled, {
        "ForAllValues:StringLike" = { "aws:TagKeys" = ["nightcap:*"] }
        Null                      = { "aws:TagKeys" = "false" }
      })
    },
  ]

  # Denials win over every permission, here or elsewhere on the role.
  deny = concat(
    [
      for key in local.protected_keys : {
        Sid    = "Protect${title(replace(key, ":", ""))}${key == "environment" ? "Lower" : ""}"
        Effect = "Deny"
        Action = [
          "autoscaling:CreateOrUpdateTags", "autoscaling:Delete*", "autoscaling:Put*", "autoscaling:Set*",
          "autoscaling:Suspend*", "autoscaling:Terminate*", "autoscaling:UpdateAutoScalingGroup",
          "ec2:StartInstances", "ec2:StopInstances", "ec2:TerminateInstances",
          "ecs:UpdateService", "eks:UpdateNodegroupConfig",
          "rds:AddTagsToResource", "rds:CreateDBSnapshot", "rds:Delete*", "rds:Modify*", "rds:Reboot*",
          "rds:RemoveTagsFromResource", "rds:Start*", "rds:Stop*",
        ]
        Resource  = "*"
        Condition = { StringEqualsIgnoreCase = { "aws:ResourceTag/${key}" = var.protected_values } }
      }
    ],
    [
      {
        # Or a role that may write tags could make itself a way in.
        Sid       = "NeverMoveAResourceBetweenEnvironments"
        Effect    = "Deny"
        Action    = ["autoscaling:CreateOrUpdateTags", "autoscaling:DeleteTags", "rds:AddTagsToResource", "rds:RemoveTagsFromResource"]
        Resource  = concat([local.groups], local.databases)
        Condition = { "ForAnyValue:StringEqualsIgnoreCase" = { "aws:TagKeys" = ["nightcap:environment", "environment"] } }
      },
    ],
  )
}
