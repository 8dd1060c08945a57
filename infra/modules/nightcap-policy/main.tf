# What the scheduler may do to the fleet of one account: the same text for its own
# role and for the roles of other accounts (nightcap-target-role). Each kind of resource
# has its statements, and a kind that no environment lists has none.

locals {
  default_kinds = ["auto-scaling-group", "rds-instance", "aurora-cluster"]

  # The values nightcap:environment may have on a resource of each kind.
  of = {
    for kind in concat(local.default_kinds, ["ec2-instance", "ecs-service", "eks-node-group"]) : kind => [
      for name in var.environments : name if contains(lookup(var.kinds, name, local.default_kinds), kind)
    ]
  }
  snapshot_environments = var.snapshot_environments == null ? local.of["rds-instance"] : [
    for name in local.of["rds-instance"] : name if contains(var.snapshot_environments, name)
  ]

  # What a resource must bear for a statement to speak of it.
  tagged = { for kind, names in local.of : kind => { StringEquals = { "aws:ResourceTag/nightcap:environment" = names } } }

  # The tag the capacity is remembered in, and no other. ForAllValues is true of an
  # empty list as well: hence Null.
  only_capacity = {
    "ForAllValues:StringEquals" = { "aws:TagKeys" = ["nightcap:capacity"] }
    Null                        = { "aws:TagKeys" = "false" }
  }

  statements = concat(local.groups, local.databases, local.snapshots, local.instances, local.services, local.node_groups, local.protection)
}
