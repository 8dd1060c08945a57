mock_provider "aws" {
  mock_data "aws_region" {
    defaults = { id = "eu-west-1" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
}

variables {
  source_database_arn     = "arn:aws:rds:eu-west-3:123456789012:db:greenleaf-prod-db"
  application_secret_name = "greenleaf-prod/app-AbC123"
  shop_url                = "https://shop.example.com"
  repository              = { url = "https://git.example.com/greenleaf/nightcap.git" }
}

run "dormant" {
  command = plan

  assert {
    condition     = module.network.nat_group_names == {} && length(aws_elasticache_cluster.this) == 0
    error_message = "no NAT and no cache until it is needed"
  }
  assert {
    condition     = length(aws_db_instance_automated_backups_replication.this) == 1 && length(aws_db_instance.replica) + length(aws_db_instance.restored) == 0
    error_message = "replicated backups, no running database"
  }
  assert {
    condition     = module.compute.group_name == "greenleaf-standby-app" && strcontains(output.start_command, "--min-size 2 --desired-capacity 2 --max-size 4")
    error_message = "a group that the command of the fail-over starts"
  }
  assert {
    condition     = module.network.vpc_cidr == "10.1.0.0/16"
    error_message = "addresses of its own"
  }
}

run "active_restores" {
  command = plan

  variables {
    active                = true
    replicated_backup_arn = "arn:aws:rds:eu-west-1:123456789012:auto-backup:ab-0"
  }

  # Known after apply in AWS; the application is told it.
  override_resource {
    target          = aws_elasticache_cluster.this
    override_during = plan
    values          = { cache_nodes = [{ address = "redis.internal", availability_zone = "eu-west-1a", id = "0001", outpost_arn = "", port = 6379 }] }
  }

  assert {
    condition     = length(aws_db_instance.restored) == 1 && aws_db_instance.restored[0].multi_az && length(module.network.nat_group_names) == 2
    error_message = "a Multi-AZ database from the backup, and NAT instances"
  }
}

run "active_without_a_backup_is_refused" {
  command = plan

  variables {
    active = true
  }

  override_resource {
    target          = aws_elasticache_cluster.this
    override_during = plan
    values          = { cache_nodes = [{ address = "redis.internal", availability_zone = "eu-west-1a", id = "0001", outpost_arn = "", port = 6379 }] }
  }

  expect_failures = [aws_db_instance.restored]
}

run "replica" {
  command = plan

  variables {
    database_mode       = "replica"
    database_secret_arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:greenleaf-prod/database-master-AbC123"
  }

  assert {
    condition     = aws_db_instance.replica[0].replicate_source_db == var.source_database_arn && !aws_db_instance.replica[0].multi_az && aws_db_instance.replica[0].deletion_protection
    error_message = "a protected Single-AZ replica of prod"
  }
  assert {
    condition     = length(aws_db_instance_automated_backups_replication.this) == 0
    error_message = "not both"
  }
}

run "promoted" {
  command = plan

  variables {
    active              = true
    database_mode       = "replica"
    database_secret_arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:greenleaf-prod/database-master-AbC123"
  }

  override_resource {
    target          = aws_elasticache_cluster.this
    override_during = plan
    values          = { cache_nodes = [{ address = "redis.internal", availability_zone = "eu-west-1a", id = "0001", outpost_arn = "", port = 6379 }] }
  }

  assert {
    condition     = aws_db_instance.replica[0].replicate_source_db == null && aws_db_instance.replica[0].multi_az && aws_db_instance.replica[0].instance_class == "db.t3.medium"
    error_message = "no longer a replica, and of prod's size"
  }
}

run "a_replica_needs_the_secret" {
  command = plan

  variables {
    database_mode = "replica"
  }

  expect_failures = [aws_db_instance.replica]
}

run "another_region_than_the_primarys" {
  command = plan

  variables {
    region              = "eu-west-3"
    source_database_arn = "arn:aws:rds:eu-west-3:123456789012:db:greenleaf-prod-db"
  }

  expect_failures = [var.region]
}

run "govcloud" {
  command = plan

  override_data {
    target = data.aws_partition.current
    values = { partition = "aws-us-gov", dns_suffix = "amazonaws.com" }
  }
  variables {
    region              = "us-gov-east-1"
    source_database_arn = "arn:aws-us-gov:rds:us-gov-west-1:123456789012:db:greenleaf-prod-db"
  }

  assert {
    condition     = startswith(local.application_secret_arn, "arn:aws-us-gov:secretsmanager:us-gov-east-1:")
    error_message = "the secret's copy, in the partition and the region"
  }
}

run "instances_like_the_primarys" {
  command = plan

  variables {
    instances             = { operating_system = "ubuntu_22_04", image_release = "2027-01", health_check = { path = "/health.php", unhealthy = 3 } }
    database_mode         = "replica"
    database_secret_arn   = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:greenleaf-prod/database-master-AbC123"
    final_snapshot_suffix = "2"
  }
  override_resource {
    target          = aws_db_instance.replica
    override_during = plan
    values          = { address = "replica.internal", master_user_secret = [] }
  }

  assert {
    condition     = strcontains(base64decode(module.compute.user_data_base64), "OPERATING_SYSTEM='ubuntu_22_04'")
    error_message = "passed on, and the rest by default"
  }
  assert {
    condition     = aws_db_instance.replica[0].final_snapshot_identifier == "greenleaf-standby-db-final-2"
    error_message = "a second final snapshot needs another name"
  }
}
