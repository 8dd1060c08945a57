variable "name" {
  description = "Prefix of every name, such as greenleaf-preprod."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}[a-z0-9]$", var.name))
    error_message = "name must be 3 to 32 lower-case letters, digits and hyphens, starting with a letter."
  }
}

variable "vpc_id" {
  description = "VPC of the data security group."
  type        = string
  nullable    = false
}

variable "subnet_ids" {
  description = "Private subnets, at least two zones: RDS asks for them even in Single-AZ."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "subnet_ids must name subnets in at least two zones."
  }
}

variable "single_zone" {
  description = "Zone of whatever is Single-AZ."
  type        = string
  default     = "eu-west-3a"
  nullable    = false
}

variable "application_security_group_id" {
  description = "The only security group that may reach the database and the cache."
  type        = string
  nullable    = false
}

variable "engine" {
  description = "Database engine: `postgres` (15) or `mysql` (8.0)."
  type        = string
  default     = "postgres"
  nullable    = false

  validation {
    condition     = contains(["postgres", "mysql"], var.engine)
    error_message = "engine must be postgres or mysql."
  }
}

variable "engine_version" {
  description = "Another version of the engine; null for PostgreSQL 15 or MySQL 8.0. The parameter group's family follows the engine, so keep the major version."
  type        = string
  default     = null

  validation {
    condition     = var.engine_version == null || can(regex("^(15|8\\.0)(\\.[0-9]+)*$", coalesce(var.engine_version, "15")))
    error_message = "engine_version must be a 15.x (PostgreSQL) or an 8.0.x (MySQL)."
  }
}

variable "profile" {
  description = "`iso` (Multi-AZ, db.t3.medium) or `slim` (Single-AZ, db.t3.micro)."
  type        = string
  default     = "iso"
  nullable    = false

  validation {
    condition     = contains(["iso", "slim"], var.profile)
    error_message = "profile must be iso or slim."
  }
}

variable "instance_class" {
  description = "Another class than the profile's; null for the profile's."
  type        = string
  default     = null

  validation {
    condition     = var.instance_class == null || startswith(coalesce(var.instance_class, "db."), "db.")
    error_message = "instance_class must be an RDS class such as db.t3.medium."
  }
}

variable "multi_az" {
  description = "Another choice than the profile's; null for the profile's."
  type        = bool
  default     = null
}

variable "allocated_storage" {
  description = "Storage in GB; null for the engine's (20 for PostgreSQL, 100 for MySQL)."
  type        = number
  default     = null

  validation {
    condition     = var.allocated_storage == null || coalesce(var.allocated_storage, 20) >= 20
    error_message = "allocated_storage must be at least 20 GB, the smallest gp3 volume of RDS."
  }
}

variable "max_allocated_storage" {
  description = "Storage the database may grow to by itself, in GB; 0 for no growth, null for the engine's (0 for PostgreSQL, 200 for MySQL)."
  type        = number
  default     = null
}

variable "kms_key_arn" {
  description = "Customer key for the database's storage and master secret and the replicated cache; null for AWS's own keys."
  type        = string
  default     = null
}

variable "database_name" {
  description = "Name of the first database."
  type        = string
  default     = "medusa_db"
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z][a-zA-Z0-9_]{0,62}$", var.database_name))
    error_message = "database_name must start with a letter and hold letters, digits and underscores."
  }
}

variable "database_user" {
  description = "Name of the master user."
  type        = string
  default     = "medusa"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9_]{0,15}$", var.database_user)) && !contains(["admin", "root", "rdsadmin"], var.database_user)
    error_message = "database_user must be 1 to 16 lower-case letters, digits and underscores, and not a name that RDS keeps for itself."
  }
}

variable "backup_window" {
  description = "Daily time of the automated backup, UTC. RDS makes none while a database is not available: for one that sleeps it has to lie in its waking hours, winter and summer."
  type        = string
  default     = "03:00-04:00"
  nullable    = false

  validation {
    condition     = can(regex("^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$", var.backup_window))
    error_message = "backup_window must be hh:mm-hh:mm, such as 03:00-04:00."
  }
}

variable "maintenance_window" {
  description = "Weekly time of maintenance, UTC; in the waking hours of a database that sleeps, and not within backup_window."
  type        = string
  default     = "mon:04:00-mon:05:00"
  nullable    = false

  validation {
    condition     = can(regex("^(mon|tue|wed|thu|fri|sat|sun):[0-2][0-9]:[0-5][0-9]-(mon|tue|wed|thu|fri|sat|sun):[0-2][0-9]:[0-5][0-9]$", var.maintenance_window))
    error_message = "maintenance_window must be ddd:hh:mm-ddd:hh:mm, such as mon:04:00-mon:05:00."
  }
}

variable "secret_replica_regions" {
  description = "Regions the master secret is replicated to, for a standby with a replica (password_mode `write_only`). A database that is restored elsewhere gets a secret of its own."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "password_mode" {
  description = "`rds`: RDS makes, keeps and rotates the master password. `write_only`: Secrets Manager makes it and Terraform 1.11 or later passes it on without keeping it; needed for a read replica."
  type        = string
  default     = "rds"
  nullable    = false

  validation {
    condition     = contains(["rds", "write_only"], var.password_mode)
    error_message = "password_mode must be rds or write_only."
  }
}

variable "password_version" {
  description = "Raise it to send the password again after it was changed in the secret (password_mode `write_only` only)."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.password_version >= 1
    error_message = "password_version must be 1 or more."
  }
}

variable "rotation_lambda_arn" {
  description = "Function that rotates the master secret every 30 days when password_mode is `write_only`; null leaves that rotation to you."
  type        = string
  default     = null
}

variable "read_replica" {
  description = "Whether to add one Single-AZ read replica without backups. RDS then refuses to stop the database, so the environment's database no longer sleeps."
  type        = bool
  default     = false
  nullable    = false
}

variable "replica_class" {
  description = "Class of the read replica."
  type        = string
  default     = "db.t3.small"
  nullable    = false
}

variable "deletion_protection" {
  description = "Whether the database refuses to be deleted. Also keeps its automated backups if it is deleted after all."
  type        = bool
  default     = true
  nullable    = false
}

variable "skip_final_snapshot" {
  description = "Whether deleting the database makes no last snapshot."
  type        = bool
  default     = false
  nullable    = false
}

variable "final_snapshot_suffix" {
  description = "End of the final snapshot's name. Change it if a snapshot of that name exists already."
  type        = string
  default     = "1"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9]+(-[a-z0-9]+)*$", var.final_snapshot_suffix))
    error_message = "final_snapshot_suffix must be lower-case letters, digits and single hyphens."
  }
}

variable "apply_immediately" {
  description = "Whether changes are made at once instead of in the next maintenance window."
  type        = bool
  default     = false
  nullable    = false
}

variable "cache_mode" {
  description = "`single`: one Redis node. `replicated`: one primary, one replica, automatic failover, encryption and AUTH token."
  type        = string
  default     = "single"
  nullable    = false

  validation {
    condition     = contains(["single", "replicated"], var.cache_mode)
    error_message = "cache_mode must be single or replicated."
  }
}

variable "cache_node_type" {
  description = "Another node type; null for cache.t3.micro (single) or cache.t3.small (replicated)."
  type        = string
  default     = null

  validation {
    condition     = var.cache_node_type == null || startswith(coalesce(var.cache_node_type, "cache."), "cache.")
    error_message = "cache_node_type must be an ElastiCache type such as cache.t3.micro."
  }
}

variable "media" {
  description = "Where media files live: `r2` (Cloudflare, made by infra/edge) or `s3` (made here)."
  type        = string
  default     = "r2"
  nullable    = false

  validation {
    condition     = contains(["r2", "s3"], var.media)
    error_message = "media must be r2 or s3."
  }
}

variable "media_bucket_name" {
  description = "Name of the S3 media bucket; null for `<name>-media`."
  type        = string
  default     = null
}

variable "shop_domains" {
  description = "Domains of the shop that may read media from a browser (CORS)."
  type        = list(string)
  default     = ["shop.example.com"]
  nullable    = false

  validation {
    condition     = alltrue([for domain in var.shop_domains : can(regex("^[a-z0-9.-]+$", domain))])
    error_message = "shop_domains must be host names without a scheme."
  }
}

variable "log_retention_days" {
  description = "Days the database's logs are kept in CloudWatch."
  type        = number
  default     = 7
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731], var.log_retention_days)
    error_message = "log_retention_days must be a number CloudWatch knows: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545 or 731."
  }
}

variable "log_kms_key_arn" {
  description = "Customer key for the log groups; null for CloudWatch's own encryption."
  type        = string
  default     = null
}

variable "schedule_tags" {
  description = "Tags of what Nightcap may schedule, here the database: `nightcap:environment` and `Environment`."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "tags" {
  description = "Tags of every resource of the module."
  type        = map(string)
  default     = {}
  nullable    = false
}
