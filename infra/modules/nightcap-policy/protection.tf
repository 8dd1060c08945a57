# Denials win over every permission, here or elsewhere on the role, and name every kind,
# whether it is listed or not.

locals {
  # In IAM a tag's key in a condition matches whatever its case: `Environment` is
  # `environment` as well (IAM User Guide, "Controlling access to AWS resources using tags").
  protected_keys = ["nightcap:environment", "Environment", "Env", "Stage"]

  protection = concat(
    [
      for key in local.protected_keys : jsonencode({
        Sid    = "Protect${title(replace(key, ":", ""))}"
        Effect = "Deny"
        # Short, because it stands here once a key: what is read is denied by none of it, for
        # reading actions on groups and machines ask about no resource and so see no tag.
        # Actions match whatever their case: `*TagResource` is UntagResource as well.
        Action = [
          "autoscaling:CreateOrUpdateTags", "autoscaling:Delete*", "autoscaling:Put*", "autoscaling:Set*",
          "autoscaling:Suspend*", "autoscaling:Terminate*", "autoscaling:Update*",
          "ec2:*Instances", "ec2:*Tags",
          "ecs:Delete*", "ecs:*TagResource", "ecs:Update*",
          "eks:Delete*", "eks:*TagResource", "eks:Update*",
          "rds:Add*", "rds:Create*", "rds:Delete*", "rds:Modify*", "rds:Reboot*", "rds:Remove*", "rds:Start*", "rds:Stop*",
        ]
        Resource  = "*"
        Condition = { StringEqualsIgnoreCase = { "aws:ResourceTag/${key}" = var.protected_values } }
      })
    ],
    [jsonencode({
      # Or a role that may write tags could make itself a way in.
      Sid    = "NeverMoveAResourceBetweenEnvironments"
      Effect = "Deny"
      Action = [
        "autoscaling:CreateOrUpdateTags", "autoscaling:DeleteTags", "ec2:CreateTags", "ec2:DeleteTags",
        "ecs:TagResource", "ecs:UntagResource", "eks:TagResource", "eks:UntagResource",
        "rds:AddTagsToResource", "rds:RemoveTagsFromResource",
      ]
      Resource  = [local.group_arns, local.instance_arns, local.cluster_arns, local.ec2_arns, local.service_arns, local.node_group_arns]
      Condition = { "ForAnyValue:StringEqualsIgnoreCase" = { "aws:TagKeys" = ["nightcap:environment", "environment", "env", "stage"] } }
    })],
  )
}
