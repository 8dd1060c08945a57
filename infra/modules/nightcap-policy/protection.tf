# Denials win over every permission, here or elsewhere on the role, and name every kind,
# whether it is listed or not.

locals {
  # In IAM a tag's key in a condition matches whatever its case, so two of the three
  # say the same; they are all written, as the rule for the code is.
  protected_keys = ["nightcap:environment", "Environment", "environment"]

  protection = concat(
    [
      for key in local.protected_keys : jsonencode({
        Sid    = "Protect${title(replace(key, ":", ""))}${key == "environment" ? "Lower" : ""}"
        Effect = "Deny"
        Action = [
          "autoscaling:CreateOrUpdateTags", "autoscaling:Delete*", "autoscaling:Put*", "autoscaling:Set*",
          "autoscaling:Suspend*", "autoscaling:Terminate*", "autoscaling:UpdateAutoScalingGroup",
          "ec2:CreateTags", "ec2:DeleteTags", "ec2:RebootInstances", "ec2:StartInstances", "ec2:StopInstances", "ec2:TerminateInstances",
          "ecs:Delete*", "ecs:TagResource", "ecs:UntagResource", "ecs:UpdateService",
          "eks:Delete*", "eks:TagResource", "eks:UntagResource", "eks:Update*",
          "rds:AddTagsToResource", "rds:CreateDBSnapshot", "rds:Delete*", "rds:Modify*", "rds:Reboot*",
          "rds:RemoveTagsFromResource", "rds:Start*", "rds:Stop*",
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
      Condition = { "ForAnyValue:StringEqualsIgnoreCase" = { "aws:TagKeys" = ["nightcap:environment", "environment"] } }
    })],
  )
}
