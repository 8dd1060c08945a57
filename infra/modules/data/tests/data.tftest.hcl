# The real provider, which makes these plans without a call: a mock provider has no ephemeral resources
# (password.tf), not even uncounted ones.
provider "aws" {
  region                      = "eu-west-3"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

variables {
  name                          = "greenleaf-preprod"
  vpc_id                        = "vpc-0"
  subnet_ids                    = ["subnet-a", "subnet-b"]
  application_security_group_id = "sg-app"
  schedule_tags                 = { "nightcap:environment" = "preprod", Environment = "preprod" }
}

run "postgres_iso_by_default" {
  command = plan

  assert {
    condition     = aws_db_instance.this.engine == "postgres" && aws_db_instance.this.engine_version == "15" && aws_db_instance.this.port == 5432
    error_message = "PostgreSQL 15 on 5432"
  }
  assert {
    condition     = aws_db_instance.this.instance_class == "db.t3.medium" && aws_db_instance.this.multi_az
    error_message = "iso is Multi-AZ db.t3.medium"
  }
  assert {
    condition     = aws_db_instance.this.allocated_storage == 20 && aws_db_instance.this.storage_type == "gp3" && aws_db_instance.this.storage_encrypted
    error_message = "20 GB gp3, encrypted"
  }
  assert {
    condition     = aws_db_instance.this.backup_retention_period == 7 && aws_db_instance.this.backup_window == "03:00-04:00" && aws_db_instance.this.maintenance_window == "mon:04:00-mon:05:00"
    error_message = "backups 7 days at 03:00, maintenance Monday at 04:00, UTC"
  }
  assert {
    condition     = !aws_db_instance.this.publicly_accessible && aws_db_instance.this.db_name == "medusa_db"
    error_message = "not public, database medusa_db"
  }
  assert {
    condition     = aws_db_instance.this.manage_master_user_password && aws_db_instance.this.password == null
    error_message = "RDS manages the master password"
  }
  assert {
    condition     = aws_secretsmanager_secret_rotation.managed[0].rotation_rules[0].automatically_after_days == 30
    error_message = "the password is rotated every 30 days"
  }
  assert {
    condition     = toset(aws_db_instance.this.enabled_cloudwatch_logs_exports) == toset(["postgresql", "upgrade"])
    error_message = "the logs are exported"
  }
  assert {
    condition     = alltrue([for group in aws_cloudwatch_log_group.database : group.retention_in_days == 7])
    error_message = "the logs are kept 7 days"
  }
  assert {
    condition     = aws_db_instance.this.deletion_protection && !aws_db_instance.this.skip_final_snapshot && aws_db_instance.this.final_snapshot_identifier == "greenleaf-preprod-db-final-1"
    error_message = "protected, with a final snapshot, unless told otherwise"
  }
  assert {
    condition     = aws_db_instance.this.tags["nightcap:environment"] == "preprod" && aws_db_instance.this.tags["Environment"] == "preprod"
    error_message = "the database is tagged for Nightcap"
  }
  assert {
    condition     = length(aws_elasticache_cluster.single) == 1 && aws_elasticache_cluster.single[0].node_type == "cache.t3.micro" && aws_elasticache_cluster.single[0].num_cache_nodes == 1
    error_message = "one cache.t3.micro"
  }
  assert {
    condition     = !contains(keys(aws_elasticache_cluster.single[0].tags), "nightcap:environment")
    error_message = "the cache is never scheduled"
  }
  assert {
    condition     = length(aws_db_instance.replica) + length(aws_s3_bucket.media) + length(aws_elasticache_replication_group.this) == 0
    error_message = "options are off"
  }
  assert {
    condition     = aws_vpc_security_group_ingress_rule.database.from_port == 5432 && aws_vpc_security_group_ingress_rule.cache.from_port == 6379
    error_message = "5432 and 6379"
  }
  assert {
    condition     = aws_vpc_security_group_ingress_rule.database.referenced_security_group_id == "sg-app" && aws_vpc_security_group_ingress_rule.cache.referenced_security_group_id == "sg-app"
    error_message = "from the application's security group only"
  }
}

# RDS answers `pending-reboot` for a parameter that is set to its own default, whatever was asked.
run "a_default_is_not_asked_for_at_once" {
  command = plan

  assert {
    condition     = [for parameter in aws_db_parameter_group.this.parameter : parameter.apply_method if parameter.name == "rds.force_ssl"] == ["pending-reboot"]
    error_message = "or every plan shows a change"
  }
}

run "windows_in_waking_hours" {
  command = plan

  variables {
    backup_window      = "11:00-12:00"
    maintenance_window = "tue:15:00-tue:16:00"
    database_user      = "postgres"
  }

  assert {
    condition     = aws_db_instance.this.backup_window == "11:00-12:00" && aws_db_instance.this.maintenance_window == "tue:15:00-tue:16:00" && aws_db_instance.this.username == "postgres"
    error_message = "windows and the master user's name are inputs"
  }
}

run "slim" {
  command = plan

  variables {
    profile = "slim"
  }

  assert {
    condition     = aws_db_instance.this.instance_class == "db.t3.micro" && !aws_db_instance.this.multi_az && aws_db_instance.this.availability_zone == "eu-west-3a"
    error_message = "slim is a Single-AZ db.t3.micro in one zone"
  }
}

run "mysql" {
  command = plan

  variables {
    engine = "mysql"
  }

  assert {
    condition     = aws_db_instance.this.engine_version == "8.0" && aws_db_instance.this.port == 3306 && aws_vpc_security_group_ingress_rule.database.from_port == 3306
    error_message = "MySQL 8.0 on 3306"
  }
  assert {
    condition     = aws_db_instance.this.allocated_storage == 100 && aws_db_instance.this.max_allocated_storage == 200
    error_message = "100 GB growing to 200"
  }
  assert {
    condition     = aws_db_parameter_group.this.family == "mysql8.0"
    error_message = "the parameter group is MySQL 8.0's"
  }
  assert {
    condition = {
      for parameter in aws_db_parameter_group.this.parameter : parameter.name => parameter.value
      } == {
      max_connections         = "500", slow_query_log = "1", long_query_time = "2", log_output = "FILE"
      innodb_buffer_pool_size = "{DBInstanceClassMemory*3/4}"
    }
    error_message = "max_connections 500, buffer pool 75 %, slow queries from 2 s, logged to a file"
  }
  assert {
    condition     = toset(aws_db_instance.this.enabled_cloudwatch_logs_exports) == toset(["error", "slowquery"])
    error_message = "the logs are exported"
  }
}

run "replica_needs_a_password_of_our_own" {
  command = plan

  variables {
    read_replica = true
  }

  expect_failures = [aws_db_instance.this]
}

run "replicated_cache" {
  command = plan

  variables {
    cache_mode = "replicated"
  }

  override_resource {
    target          = aws_cloudformation_stack.cache_token
    override_during = plan
    values          = { outputs = { Arn = "arn:aws:secretsmanager:eu-west-3:123456789012:secret:token" } }
  }
  override_data {
    target          = data.aws_secretsmanager_secret_version.cache_token
    override_during = plan
    values          = { secret_string = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" }
  }

  assert {
    condition     = aws_elasticache_replication_group.this[0].num_cache_clusters == 2 && aws_elasticache_replication_group.this[0].node_type == "cache.t3.small"
    error_message = "one primary and one replica, cache.t3.small"
  }
  assert {
    condition     = aws_elasticache_replication_group.this[0].automatic_failover_enabled && aws_elasticache_replication_group.this[0].transit_encryption_enabled && aws_elasticache_replication_group.this[0].at_rest_encryption_enabled == "true"
    error_message = "automatic failover, encryption in transit and at rest"
  }
  assert {
    condition     = length(aws_elasticache_cluster.single) == 0 && output.cache_tls
    error_message = "no single node beside it, and TLS is told to the application"
  }
}

run "media_in_s3" {
  command = plan

  variables {
    media        = "s3"
    shop_domains = ["shop.example.com"]
  }

  assert {
    condition     = aws_s3_bucket_public_access_block.media[0].block_public_policy && aws_s3_bucket_versioning.media[0].versioning_configuration[0].status == "Enabled"
    error_message = "private and versioned"
  }
  assert {
    condition     = [for transition in aws_s3_bucket_lifecycle_configuration.media[0].rule[0].noncurrent_version_transition : "${transition.noncurrent_days} ${transition.storage_class}"] == ["30 STANDARD_IA", "90 GLACIER"]
    error_message = "old versions to Standard-IA at 30 days, Glacier at 90"
  }
  assert {
    condition     = aws_s3_bucket_lifecycle_configuration.media[0].rule[0].noncurrent_version_expiration[0].noncurrent_days == 180
    error_message = "old versions are deleted at 180 days"
  }
  assert {
    condition     = [for rule in aws_s3_bucket_cors_configuration.media[0].cors_rule : rule.allowed_methods] == [toset(["GET", "HEAD"])] && [for rule in aws_s3_bucket_cors_configuration.media[0].cors_rule : rule.allowed_origins] == [toset(["https://shop.example.com"])]
    error_message = "GET and HEAD from the shop's domain"
  }
}

run "a_reserved_user_name_is_refused" {
  command = plan

  variables {
    database_user = "rdsadmin"
  }

  expect_failures = [var.database_user]
}
