locals {
  instance_arns = "arn:${local.partition}:rds:*:${local.account}:db:*"
  cluster_arns  = "arn:${local.partition}:rds:*:${local.account}:cluster:*"
  # Nightcap's own snapshots, by their name: the beginning is fixed in the program.
  snapshot_arns = "arn:${local.partition}:rds:*:${local.account}:snapshot:nightcap-*"

  database_kinds = [for kind in ["rds-instance", "aurora-cluster"] : kind if length(local.of[kind]) > 0]

  databases = concat(
    [for statement in [
      {
        # Listing is authorised on every database of the account, whatever its tags.
        # A blue/green deployment is looked for when AWS refuses a stop.
        Sid    = "SeeDatabases"
        Effect = "Allow"
        Action = ["rds:DescribeDBInstances", "rds:DescribeDBClusters", "rds:DescribeGlobalClusters", "rds:DescribeBlueGreenDeployments"]
        Resource = [
          local.instance_arns, local.cluster_arns,
          "arn:${local.partition}:rds::${local.account}:global-cluster:*",
          "arn:${local.partition}:rds:*:${local.account}:deployment:*",
        ]
      },
    ] : jsonencode(statement) if length(local.database_kinds) > 0],
    [for kind in local.database_kinds : jsonencode({
      Sid       = { rds-instance = "StopAndStartInstances", aurora-cluster = "StopAndStartClusters" }[kind]
      Effect    = "Allow"
      Action    = { rds-instance = ["rds:StopDBInstance", "rds:StartDBInstance"], aurora-cluster = ["rds:StopDBCluster", "rds:StartDBCluster"] }[kind]
      Resource  = { rds-instance = local.instance_arns, aurora-cluster = local.cluster_arns }[kind]
      Condition = local.tagged[kind]
    })],
  )

  snapshots = [for statement in [
    {
      Sid       = "SnapshotOfInstances"
      Effect    = "Allow"
      Action    = "rds:CreateDBSnapshot"
      Resource  = local.instance_arns
      Condition = { StringEquals = { "aws:ResourceTag/nightcap:environment" = local.snapshot_environments } }
    },
    {
      # A stop or snapshot that names a snapshot is authorised on it too; it does not
      # exist yet and so has no tags to ask for. Its name is Nightcap's own.
      Sid      = "SnapshotAtStop"
      Effect   = "Allow"
      Action   = ["rds:StopDBInstance", "rds:CreateDBSnapshot", "rds:AddTagsToResource"]
      Resource = local.snapshot_arns
    },
    {
      # Asked for by database: authorised on it, and on the snapshots found, whoever's.
      Sid      = "SeeSnapshots"
      Effect   = "Allow"
      Action   = "rds:DescribeDBSnapshots"
      Resource = [local.instance_arns, "arn:${local.partition}:rds:*:${local.account}:snapshot:*"]
    },
    {
      # Old ones of its own make room for new: its name, and the tag that RDS copied
      # from the database.
      Sid       = "PruneSnapshots"
      Effect    = "Allow"
      Action    = "rds:DeleteDBSnapshot"
      Resource  = local.snapshot_arns
      Condition = { StringEquals = { "aws:ResourceTag/nightcap:environment" = local.snapshot_environments } }
    },
  ] : jsonencode(statement) if length(local.snapshot_environments) > 0]
}
