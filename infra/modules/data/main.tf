locals {
  engines = {
    postgres = {
      version = "15"
      family  = "postgres15"
      port    = 5432
      logs    = ["postgresql", "upgrade"]
      storage = { allocated = 20, maximum = 0 }
      parameters = [
        # 1 is what RDS for PostgreSQL 15 has anyway, and stands here for the reader. RDS does not
        # take a parameter's own default for a change and answers `pending-reboot`, whatever was
        # asked: with another method every plan would show it again.
        { name = "rds.force_ssl", value = "1", apply = "pending-reboot" },
        { name = "log_statement", value = "ddl", apply = "immediate" },
        { name = "log_min_duration_statement", value = "2000", apply = "immediate" },
      ]
    }
    mysql = {
      version = "8.0"
      family  = "mysql8.0"
      port    = 3306
      logs    = ["error", "slowquery"]
      storage = { allocated = 100, maximum = 200 }
      parameters = [
        # Static in RDS for MySQL: needs a reboot, so it is applied with the next one.
        { name = "innodb_buffer_pool_size", value = "{DBInstanceClassMemory*3/4}", apply = "pending-reboot" },
        { name = "max_connections", value = "500", apply = "immediate" },
        { name = "slow_query_log", value = "1", apply = "immediate" },
        { name = "long_query_time", value = "2", apply = "immediate" },
        # Without it the slow log goes to a table and never to CloudWatch.
        { name = "log_output", value = "FILE", apply = "immediate" },
      ]
    }
  }
  profiles = {
    iso  = { class = "db.t3.medium", multi_az = true }
    slim = { class = "db.t3.micro", multi_az = false }
  }

  engine     = local.engines[var.engine]
  profile    = local.profiles[var.profile]
  class      = coalesce(var.instance_class, local.profile.class)
  multi_az   = coalesce(var.multi_az, local.profile.multi_az)
  allocated  = coalesce(var.allocated_storage, local.engine.storage.allocated)
  maximum    = coalesce(var.max_allocated_storage, local.engine.storage.maximum)
  identifier = "${var.name}-db"
  managed    = var.password_mode == "rds"
}

resource "aws_security_group" "data" {
  # A prefix: the new one is made before the old goes, and two of one name cannot be in a VPC.
  name_prefix = "${var.name}-data-"
  description = "Database and cache: reached by the application only, reaching nothing"
  vpc_id      = var.vpc_id

  # No egress rule anywhere: with the provider, a group without one has none.
  tags = merge(var.tags, { Name = "${var.name}-data" })

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "database" {
  security_group_id            = aws_security_group.data.id
  description                  = "Database from the application"
  referenced_security_group_id = var.application_security_group_id
  from_port                    = local.engine.port
  to_port                      = local.engine.port
  ip_protocol                  = "tcp"
}

resource "aws_vpc_security_group_ingress_rule" "cache" {
  security_group_id            = aws_security_group.data.id
  description                  = "Redis from the application"
  referenced_security_group_id = var.application_security_group_id
  from_port                    = 6379
  to_port                      = 6379
  ip_protocol                  = "tcp"
}

# ---------------------------------------------------------------- database

resource "aws_db_subnet_group" "this" {
  name        = local.identifier
  description = "Private subnets of ${var.name}"
  subnet_ids  = var.subnet_ids

  tags = var.tags
}

resource "aws_db_parameter_group" "this" {
  name_prefix = "${local.identifier}-${replace(local.engine.family, ".", "-")}-"
  family      = local.engine.family
  description = "${var.name} ${local.engine.family}"

  dynamic "parameter" {
    for_each = local.engine.parameters

    content {
      name         = parameter.value.name
      value        = parameter.value.value
      apply_method = parameter.value.apply
    }
  }

  tags = var.tags

  lifecycle {
    create_before_destroy = true
  }
}

# Made before the database, which would otherwise make them itself, kept for ever.
resource "aws_cloudwatch_log_group" "database" {
  # checkov:skip=CKV_AWS_338: the platform keeps logs 7 days, a year's storage is not in its 500 USD
  # checkov:skip=CKV_AWS_158: CloudWatch's own encryption; a customer key is a setting (log_kms_key_arn)
  for_each = toset(local.engine.logs)

  name              = "/aws/rds/instance/${local.identifier}/${each.key}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.log_kms_key_arn

  tags = var.tags
}

resource "aws_db_instance" "this" {
  # checkov:skip=CKV_AWS_118: enhanced monitoring is billed as log data; the alarms use the free metrics
  # checkov:skip=CKV_AWS_353: Performance Insights does not run on the db.t3.micro of the slim profile with MySQL
  # checkov:skip=CKV_AWS_354: see CKV_AWS_353
  # checkov:skip=CKV_AWS_157: Multi-AZ is the profile's choice: iso has it, slim has not
  # checkov:skip=CKV_AWS_161: the application's driver signs in with a password; an IAM token it cannot renew would be a second way in
  # checkov:skip=CKV_AWS_293: protection is an input, true for prod and enforced there by the platform root; preprod must stay destroyable
  identifier = local.identifier

  engine                      = var.engine
  engine_version              = coalesce(var.engine_version, local.engine.version)
  auto_minor_version_upgrade  = true
  allow_major_version_upgrade = false
  instance_class              = local.class
  parameter_group_name        = aws_db_parameter_group.this.name
  # No ca_cert_identifier: new databases have rds-ca-rsa2048-g1, and naming it makes the
  # provider modify the database right after making it.

  multi_az               = local.multi_az
  availability_zone      = local.multi_az ? null : var.single_zone
  db_subnet_group_name   = aws_db_subnet_group.this.name
  vpc_security_group_ids = [aws_security_group.data.id]
  port                   = local.engine.port
  publicly_accessible    = false

  storage_type          = "gp3"
  allocated_storage     = local.allocated
  max_allocated_storage = local.maximum
  storage_encrypted     = true
  kms_key_id            = var.kms_key_arn

  db_name  = var.database_name
  username = var.database_user

  # RDS makes the password, keeps it in Secrets Manager and rotates it: it never
  # passes through Terraform. `write_only` is for the read replica, see password.tf.
  manage_master_user_password   = local.managed ? true : null
  master_user_secret_kms_key_id = local.managed ? var.kms_key_arn : null
  password_wo                   = local.managed ? null : jsondecode(ephemeral.aws_secretsmanager_secret_version.master[0].secret_string)["password"]
  password_wo_version           = local.managed ? null : var.password_version

  backup_retention_period  = 7
  backup_window            = var.backup_window
  maintenance_window       = var.maintenance_window
  copy_tags_to_snapshot    = true
  delete_automated_backups = !var.deletion_protection

  enabled_cloudwatch_logs_exports = local.engine.logs

  deletion_protection       = var.deletion_protection
  skip_final_snapshot       = var.skip_final_snapshot
  final_snapshot_identifier = var.skip_final_snapshot ? null : "${local.identifier}-final-${var.final_snapshot_suffix}"
  apply_immediately         = var.apply_immediately

  tags = merge(var.tags, var.schedule_tags, { Name = local.identifier })

  lifecycle {
    precondition {
      condition     = !(var.read_replica && local.managed)
      error_message = "RDS refuses a read replica of a database whose password it manages itself (Amazon RDS User Guide, \"Limitations for Secrets Manager integration\"). Set password_mode = \"write_only\" to have one."
    }
    precondition {
      condition     = local.maximum == 0 || local.maximum > local.allocated
      error_message = "max_allocated_storage must be 0 (no growth) or greater than allocated_storage."
    }
  }

  depends_on = [aws_cloudwatch_log_group.database]
}

resource "aws_db_instance" "replica" {
  # checkov:skip=CKV_AWS_118: as on the primary
  # checkov:skip=CKV_AWS_353: as on the primary
  # checkov:skip=CKV_AWS_354: as on the primary
  # checkov:skip=CKV_AWS_157: the replica is a Single-AZ option by design
  # checkov:skip=CKV_AWS_161: as on the primary
  # checkov:skip=CKV_AWS_129: the primary exports the logs
  # checkov:skip=CKV_AWS_293: a replica holds nothing the primary does not
  # checkov:skip=CKV_AWS_133: a replica without backups is the documented option
  count = var.read_replica ? 1 : 0

  identifier              = "${local.identifier}-replica"
  replicate_source_db     = aws_db_instance.this.identifier
  instance_class          = var.replica_class
  parameter_group_name    = aws_db_parameter_group.this.name
  multi_az                = false
  publicly_accessible     = false
  storage_encrypted       = true
  vpc_security_group_ids  = [aws_security_group.data.id]
  backup_retention_period = 0
  # It holds what the primary holds, and has to grow with it.
  max_allocated_storage      = local.maximum
  auto_minor_version_upgrade = true
  copy_tags_to_snapshot      = true
  skip_final_snapshot        = true
  apply_immediately          = var.apply_immediately

  # Not tagged for Nightcap: RDS refuses to stop a replica, and its source.
  tags = merge(var.tags, { Name = "${local.identifier}-replica" })
}
