# Passive standby of prod in another region: network, load balancer and an empty group
# (0/0/0); the database as a replica or as replicated backups; no cache and no NAT until
# `active = true`. Nothing here bears `nightcap:environment`: it is production.

locals {
  name  = "greenleaf-standby"
  zones = ["${var.region}a", "${var.region}b"]

  # What a fail-over adds. The replica is promoted by no longer naming its source.
  replica  = var.database_mode == "replica"
  restored = var.active && !local.replica

  database_host = (
    local.replica ? one(aws_db_instance.replica[*].address)
    : local.restored ? one(aws_db_instance.restored[*].address)
    : "not-restored-yet.invalid"
  )
  application_secret_arn = "arn:${data.aws_partition.current.partition}:secretsmanager:${var.region}:${data.aws_caller_identity.current.account_id}:secret:${var.application_secret_name}"
}

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

module "network" {
  source = "../modules/network"

  name                 = local.name
  vpc_cidr             = var.vpc_cidr
  availability_zones   = local.zones
  public_subnet_cidrs  = [cidrsubnet(var.vpc_cidr, 8, 1), cidrsubnet(var.vpc_cidr, 8, 2)]
  private_subnet_cidrs = [cidrsubnet(var.vpc_cidr, 8, 10), cidrsubnet(var.vpc_cidr, 8, 20)]
  nat_mode             = var.active ? "instance" : "none"
  nat_image_release    = var.nat_image_release
}

resource "aws_cloudwatch_log_group" "application" {
  # checkov:skip=CKV_AWS_338: the platform keeps logs 7 days, a year's storage is not in its 500 USD
  # checkov:skip=CKV_AWS_158: CloudWatch's own encryption
  name              = "/greenleaf/standby/application"
  retention_in_days = 7
}

module "compute" {
  source = "../modules/compute"

  name               = local.name
  environment        = "prod"
  vpc_id             = module.network.vpc_id
  vpc_cidr           = var.vpc_cidr
  public_subnet_ids  = module.network.public_subnet_ids
  private_subnet_ids = module.network.private_subnet_ids
  capacity           = { min = 0, desired = 0, max = 0 }
  certificate_arn    = var.certificate_arn
  ingress            = var.ingress
  repository         = var.repository
  image_tag          = var.image_tag
  backend_image      = var.backend_image
  storefront_image   = var.storefront_image
  shop_url           = var.shop_url
  media              = { secret_arn = var.media_secret_arn }
  # What is null is the module's own default.
  instance_type          = var.instances.instance_type
  operating_system       = var.instances.operating_system
  root_volume_size       = var.instances.root_volume_size
  detailed_monitoring    = var.instances.detailed_monitoring
  scaling_policy         = var.instances.scaling_policy
  sticky_sessions        = var.instances.sticky_sessions
  image_release          = var.instances.image_release
  boot_timeout           = var.instances.boot_timeout
  secret_key_arns        = var.instances.secret_key_arns
  health_check           = var.instances.health_check
  application_secret_arn = local.application_secret_arn
  log_group_name         = aws_cloudwatch_log_group.application.name
  log_group_arn          = aws_cloudwatch_log_group.application.arn
  deletion_protection    = true

  database = {
    engine     = "postgres"
    host       = local.database_host
    port       = 5432
    name       = "medusa_db"
    secret_arn = coalesce(var.database_secret_arn, one(flatten([for database in concat(aws_db_instance.replica[*], aws_db_instance.restored[*]) : [for secret in database.master_user_secret : secret.secret_arn]])), local.application_secret_arn)
  }

  cache = {
    host          = var.active ? aws_elasticache_cluster.this[0].cache_nodes[0].address : "not-started.invalid"
    tls           = false
    authenticated = false
  }
}

# ---------------------------------------------------------------- data

resource "aws_security_group" "data" {
  # A prefix: the new one is made before the old goes, and two of one name cannot be in a VPC.
  name_prefix = "${local.name}-data-"
  description = "Database and cache: reached by the application only, reaching nothing"
  vpc_id      = module.network.vpc_id

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "data" {
  for_each = { database = 5432, redis = 6379 }

  security_group_id            = aws_security_group.data.id
  description                  = "From the application (${each.key})"
  referenced_security_group_id = module.compute.security_group_id
  from_port                    = each.value
  to_port                      = each.value
  ip_protocol                  = "tcp"
}

# A copy in another region cannot be encrypted by the source's key, nor by AWS's.
resource "aws_kms_key" "database" {
  description             = "Encrypts the standby's copy of the database"
  enable_key_rotation     = true
  deletion_window_in_days = 30

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AccountAdministersByIam"
      Effect    = "Allow"
      Principal = { AWS = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:root" }
      Action    = "kms:*"
      Resource  = "*"
    }]
  })
}

resource "aws_db_subnet_group" "this" {
  name        = local.name
  description = "Private subnets of the standby"
  subnet_ids  = module.network.private_subnet_ids
}

# Backups of the primary, copied here as they are made. RPO: minutes; RTO: the restore's.
resource "aws_db_instance_automated_backups_replication" "this" {
  count = local.replica ? 0 : 1

  source_db_instance_arn = var.source_database_arn
  retention_period       = 7
  kms_key_id             = aws_kms_key.database.arn
}

resource "aws_db_instance" "replica" {
  # checkov:skip=CKV_AWS_118: as on the primary
  # checkov:skip=CKV_AWS_353: as on the primary
  # checkov:skip=CKV_AWS_354: as on the primary
  # checkov:skip=CKV_AWS_161: as on the primary
  # checkov:skip=CKV_AWS_157: Single-AZ while it waits; Multi-AZ once active
  # checkov:skip=CKV_AWS_293: true below whatever the mode
  count = local.replica ? 1 : 0

  identifier                      = "${local.name}-db"
  replicate_source_db             = var.active ? null : var.source_database_arn
  instance_class                  = var.active ? "db.t3.medium" : var.replica_class
  multi_az                        = var.active
  db_subnet_group_name            = aws_db_subnet_group.this.name
  vpc_security_group_ids          = [aws_security_group.data.id]
  publicly_accessible             = false
  storage_encrypted               = true
  kms_key_id                      = aws_kms_key.database.arn
  backup_retention_period         = 7
  backup_window                   = "03:00-04:00"
  maintenance_window              = "mon:04:00-mon:05:00"
  auto_minor_version_upgrade      = true
  copy_tags_to_snapshot           = true
  enabled_cloudwatch_logs_exports = ["postgresql", "upgrade"]
  deletion_protection             = true
  skip_final_snapshot             = false
  final_snapshot_identifier       = "${local.name}-db-final-${var.final_snapshot_suffix}"
  apply_immediately               = true

  lifecycle {
    precondition {
      condition     = var.database_secret_arn != null
      error_message = "A cross-region replica needs a primary with password_mode = \"write_only\" (RDS refuses it otherwise): give database_secret_arn, the primary's secret replicated to this region."
    }
    # A replica takes these from its source; naming them after promotion would replace it.
    ignore_changes = [engine, engine_version, username, allocated_storage]
  }
}

resource "aws_db_instance" "restored" {
  # checkov:skip=CKV_AWS_118: as on the primary
  # checkov:skip=CKV_AWS_353: as on the primary
  # checkov:skip=CKV_AWS_354: as on the primary
  # checkov:skip=CKV_AWS_161: as on the primary
  count = local.restored ? 1 : 0

  identifier                      = "${local.name}-db"
  instance_class                  = "db.t3.medium"
  multi_az                        = true
  db_subnet_group_name            = aws_db_subnet_group.this.name
  vpc_security_group_ids          = [aws_security_group.data.id]
  publicly_accessible             = false
  storage_encrypted               = true
  storage_type                    = "gp3"
  kms_key_id                      = aws_kms_key.database.arn
  manage_master_user_password     = true
  backup_retention_period         = 7
  backup_window                   = "03:00-04:00"
  maintenance_window              = "mon:04:00-mon:05:00"
  auto_minor_version_upgrade      = true
  copy_tags_to_snapshot           = true
  enabled_cloudwatch_logs_exports = ["postgresql", "upgrade"]
  deletion_protection             = true
  skip_final_snapshot             = false
  final_snapshot_identifier       = "${local.name}-db-final-${var.final_snapshot_suffix}"

  restore_to_point_in_time {
    source_db_instance_automated_backups_arn = var.replicated_backup_arn
    use_latest_restorable_time               = true
  }

  lifecycle {
    precondition {
      condition     = var.replicated_backup_arn != null
      error_message = "Give replicated_backup_arn: aws rds describe-db-instance-automated-backups --region ${var.region} --query 'DBInstanceAutomatedBackups[].DBInstanceAutomatedBackupsArn'."
    }
    ignore_changes = [restore_to_point_in_time, username]
  }
}

resource "aws_elasticache_subnet_group" "this" {
  name        = "${local.name}-cache"
  description = "Private subnets of the standby"
  subnet_ids  = module.network.private_subnet_ids
}

# Not kept warm: sessions start anew after a fail-over of the region.
resource "aws_elasticache_cluster" "this" {
  # checkov:skip=CKV_AWS_134: a cache of one node whose contents can be lost
  count = var.active ? 1 : 0

  cluster_id                 = "${local.name}-redis"
  engine                     = "redis"
  engine_version             = "7.1"
  parameter_group_name       = "default.redis7"
  node_type                  = "cache.t3.micro"
  num_cache_nodes            = 1
  port                       = 6379
  subnet_group_name          = aws_elasticache_subnet_group.this.name
  security_group_ids         = [aws_security_group.data.id]
  auto_minor_version_upgrade = true
}
