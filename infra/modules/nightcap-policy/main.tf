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

  # Written with these in place of the account and the partition, so that the policies' sizes,
  # and by them how many policies there are, are known before AWS was asked for either.
  account   = "@account-id@"
  partition = "@partition@"
  subjects = {
    groups      = local.groups
    databases   = local.databases
    snapshots   = local.snapshots
    machines    = concat(local.instances, local.started_by_key, local.started_by_licence)
    services    = local.services
    node-groups = local.node_groups
    protection  = local.protection
  }
  # For managed policies, of which a role has few: together what fits together, else one a subject.
  together = {
    groups-and-databases = concat(local.groups, local.databases, local.snapshots)
    machines             = concat(local.subjects.machines, local.services, local.node_groups)
    protection           = local.protection
  }
  templates = alltrue([for statements in local.together : length(format(local.document, join(",", statements))) <= 6144]) ? local.together : local.subjects
  parts = {
    for name, statements in local.templates : name => [
      for statement in statements : replace(replace(statement, "@account-id@", var.account_id), "@partition@", var.partition)
    ] if length(statements) > 0
  }
  # Neither is longer than what stands for it: 12 characters, and at most 11.
  sizes = { for name, statements in local.templates : name => length(format(local.document, join(",", statements))) if length(statements) > 0 }

  document   = "{\"Version\":\"2012-10-17\",\"Statement\":[%s]}"
  statements = concat([for name in keys(local.templates) : lookup(local.parts, name, [])]...)
}
