# One environment of GreenLeaf: `terraform workspace select preprod`, then
# `terraform apply -var-file envs/preprod.tfvars`.

locals {
  name = "greenleaf-${var.environment}"
  dev  = var.environment == "dev"
  prod = var.environment == "prod"
  slim = var.profile == "slim"

  zones = ["${var.region}a", "${var.region}b"]

  # Slim: one zone, one instance. A load balancer and a subnet group still want two.
  capacity = coalesce(var.capacity, local.slim ? { min = 1, desired = 1, max = 1 } : { min = 2, desired = 2, max = 4 })

  # prod bears the tag like the others, so that everything can be asked for by it; it
  # is Nightcap's configuration, its code and its IAM policy that never touch it.
  schedule_tags = { "nightcap:environment" = var.environment, Environment = var.environment }

  # RDS backs up and maintains a database only while it is available, and preprod is so from
  # Monday to Friday, 09:00 to 19:00 in Paris: 08:00 to 17:00 UTC in winter and summer alike.
  windows = local.prod ? { backup = "03:00-04:00", maintenance = "mon:04:00-mon:05:00" } : { backup = "11:00-12:00", maintenance = "tue:15:00-tue:16:00" }

  # The topic is made once an account, by whichever environment has account_services.
  topic_arn = "arn:${data.aws_partition.current.partition}:sns:${var.region}:${data.aws_caller_identity.current.account_id}:${var.alert_topic_name}"
}

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

resource "terraform_data" "guard_rails" {
  input = var.environment

  lifecycle {
    precondition {
      condition     = !var.require_workspace || terraform.workspace == var.environment
      error_message = "The variables are ${var.environment}'s but the workspace is ${terraform.workspace}: run `terraform workspace select -or-create ${var.environment}`."
    }
    precondition {
      condition     = !local.prod || (var.deletion_protection && !var.skip_final_snapshot)
      error_message = "prod keeps deletion_protection = true and skip_final_snapshot = false."
    }
    precondition {
      condition     = !local.prod || !local.slim
      error_message = "prod is Multi-AZ: profile = \"iso\"."
    }
  }
}

module "network" {
  source = "../modules/network"

  name                 = local.name
  vpc_cidr             = var.vpc_cidr
  availability_zones   = local.zones
  public_subnet_cidrs  = var.public_subnet_cidrs
  private_subnet_cidrs = var.private_subnet_cidrs
  # dev's instance has an address of its own.
  nat_mode       = local.dev ? "none" : var.nat_mode
  nat_zone_count = local.slim ? 1 : null

  nat_image_release = var.nat_image_release
  tags              = { Environment = var.environment }
}

module "data" {
  source = "../modules/data"
  # dev's database and cache are containers on its instance.
  count = local.dev ? 0 : 1

  name                          = local.name
  vpc_id                        = module.network.vpc_id
  subnet_ids                    = module.network.private_subnet_ids
  single_zone                   = local.zones[0]
  application_security_group_id = module.compute.security_group_id
  engine                        = var.engine
  profile                       = var.profile
  allocated_storage             = var.allocated_storage
  max_allocated_storage         = var.max_allocated_storage
  password_mode                 = var.password_mode
  rotation_lambda_arn           = var.rotation_lambda_arn
  read_replica                  = var.read_replica
  deletion_protection           = var.deletion_protection
  skip_final_snapshot           = var.skip_final_snapshot
  final_snapshot_suffix         = var.final_snapshot_suffix
  apply_immediately             = !local.prod
  backup_window                 = coalesce(var.backup_window, local.windows.backup)
  maintenance_window            = coalesce(var.maintenance_window, local.windows.maintenance)
  secret_replica_regions        = var.secret_replica_regions
  kms_key_arn                   = var.data_kms_key_arn
  cache_mode                    = var.cache_mode
  media                         = var.media
  media_bucket_name             = var.media_bucket_name
  shop_domains                  = [split("/", split("://", var.shop_url)[1])[0]]
  log_retention_days            = var.log_retention_days
  schedule_tags                 = local.schedule_tags
}

module "compute" {
  source = "../modules/compute"

  name                   = local.name
  environment            = var.environment
  mode                   = local.dev ? "single" : "group"
  vpc_id                 = module.network.vpc_id
  vpc_cidr               = var.vpc_cidr
  public_subnet_ids      = module.network.public_subnet_ids
  private_subnet_ids     = local.slim ? slice(module.network.private_subnet_ids, 0, 1) : module.network.private_subnet_ids
  instance_type          = var.instance_type
  capacity               = local.capacity
  operating_system       = var.operating_system
  root_volume_size       = var.root_volume_size
  detailed_monitoring    = var.detailed_monitoring
  spot_max_price         = var.spot_max_price
  ssh_cidrs              = var.ssh_cidrs
  ingress                = var.ingress
  certificate_arn        = var.certificate_arn
  health_check           = var.health_check
  sticky_sessions        = var.sticky_sessions
  scaling_policy         = var.scaling_policy
  deletion_protection    = var.deletion_protection
  repository             = var.repository
  image_tag              = var.image_tag
  backend_image          = var.backend_image
  storefront_image       = var.storefront_image
  shop_url               = var.shop_url
  media                  = { bucket = local.dev ? null : module.data[0].media_bucket, secret_arn = var.media_secret_arn }
  secret_replica_regions = var.secret_replica_regions
  secret_key_arns        = compact([var.data_kms_key_arn])
  image_release          = var.image_release
  boot_timeout           = var.boot_timeout
  log_group_name         = module.monitoring.application_log_group_name
  log_group_arn          = module.monitoring.application_log_group_arn
  schedule_tags          = local.schedule_tags

  database = local.dev ? null : {
    engine     = var.engine
    host       = module.data[0].database_endpoint
    port       = module.data[0].database_port
    name       = module.data[0].database_name
    secret_arn = module.data[0].database_secret_arn
  }

  cache = local.dev ? null : {
    host          = module.data[0].cache_endpoint
    tls           = module.data[0].cache_tls
    authenticated = module.data[0].cache_tls
    secret_arn    = module.data[0].cache_secret_arn
  }
}

module "monitoring" {
  source = "../modules/monitoring"

  name               = local.name
  environment        = var.environment
  topic_arn          = local.topic_arn
  log_retention_days = var.log_retention_days

  group      = local.dev ? null : { name = module.compute.group_name }
  nat_groups = values(module.network.nat_group_names)
  load_balancer = local.dev ? null : {
    arn_suffix              = module.compute.load_balancer_arn_suffix
    target_group_arn_suffix = module.compute.target_group_arn_suffix
  }
  database = local.dev ? null : {
    identifier            = module.data[0].database_identifier
    connections_threshold = var.database_connections_threshold
  }
}
