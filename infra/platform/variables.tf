variable "environment" {
  description = "dev, preprod or prod; the workspace has the same name."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["dev", "preprod", "prod"], var.environment)
    error_message = "environment must be dev, preprod or prod."
  }
}

variable "require_workspace" {
  description = "Whether the workspace must be named as the environment, so that one environment's variables never meet another's state. Off in tests only."
  type        = bool
  default     = true
  nullable    = false
}

variable "region" {
  description = "AWS region; its zones a and b are used."
  type        = string
  default     = "eu-west-3"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must be an AWS region name such as eu-west-3."
  }
}

# ---------------------------------------------------------------- network

variable "vpc_cidr" {
  description = "Address range of the VPC."
  type        = string
  default     = "10.0.0.0/16"
  nullable    = false
}

variable "public_subnet_cidrs" {
  description = "Ranges of the public subnets."
  type        = list(string)
  default     = ["10.0.1.0/24", "10.0.2.0/24"]
  nullable    = false
}

variable "private_subnet_cidrs" {
  description = "Ranges of the private subnets. Variant seen in production: 10.0.11.0/24 and 10.0.12.0/24."
  type        = list(string)
  default     = ["10.0.10.0/24", "10.0.20.0/24"]
  nullable    = false
}

variable "nat_mode" {
  description = "`instance` (two t3.nano, about 8 USD a month) or `gateway` (two NAT gateways, about 66 USD a month). dev has neither."
  type        = string
  default     = "instance"
  nullable    = false

  validation {
    condition     = contains(["instance", "gateway"], var.nat_mode)
    error_message = "nat_mode must be instance or gateway."
  }
}

# ---------------------------------------------------------------- data

variable "profile" {
  description = "`iso`: the shape of prod (Multi-AZ db.t3.medium, two zones, 2/2/4). `slim`: Single-AZ db.t3.micro, one zone, one instance."
  type        = string
  default     = "iso"
  nullable    = false

  validation {
    condition     = contains(["iso", "slim"], var.profile)
    error_message = "profile must be iso or slim."
  }
}

variable "engine" {
  description = "`postgres` (15) or `mysql` (8.0)."
  type        = string
  default     = "postgres"
  nullable    = false

  validation {
    condition     = contains(["postgres", "mysql"], var.engine)
    error_message = "engine must be postgres or mysql."
  }
}

variable "allocated_storage" {
  description = "Database storage in GB; null for the engine's (20, or 100 for MySQL)."
  type        = number
  default     = null
}

variable "max_allocated_storage" {
  description = "Storage the database may grow to, 0 for no growth; null for the engine's (0, or 200 for MySQL)."
  type        = number
  default     = null
}

variable "password_mode" {
  description = "`rds`, or `write_only` (Terraform or OpenTofu 1.11) which a read replica needs."
  type        = string
  default     = "rds"
  nullable    = false

  validation {
    condition     = contains(["rds", "write_only"], var.password_mode)
    error_message = "password_mode must be rds or write_only."
  }
}

variable "rotation_lambda_arn" {
  description = "Function that rotates the master secret every 30 days when password_mode is `write_only`."
  type        = string
  default     = null
}

variable "read_replica" {
  description = "Whether to add one read replica (db.t3.small). RDS then no longer lets the database sleep."
  type        = bool
  default     = false
  nullable    = false
}

variable "cache_mode" {
  description = "`single` (one cache.t3.micro) or `replicated` (cache.t3.small, automatic failover, encryption, AUTH token)."
  type        = string
  default     = "single"
  nullable    = false

  validation {
    condition     = contains(["single", "replicated"], var.cache_mode)
    error_message = "cache_mode must be single or replicated."
  }
}

variable "media" {
  description = "`r2` (made by infra/edge) or `s3`."
  type        = string
  default     = "r2"
  nullable    = false

  validation {
    condition     = contains(["r2", "s3"], var.media)
    error_message = "media must be r2 or s3."
  }
}

variable "media_bucket_name" {
  description = "Name of the S3 media bucket; null for greenleaf-<environment>-media. Bucket names are unique across all of AWS."
  type        = string
  default     = null
}

variable "media_secret_arn" {
  description = "Secret with the R2 credentials: output `media_secret_arn` of infra/edge, once it is applied."
  type        = string
  default     = null
}

variable "deletion_protection" {
  description = "Whether the database and the load balancer refuse to be deleted. Always true in prod."
  type        = bool
  default     = true
  nullable    = false
}

variable "skip_final_snapshot" {
  description = "Whether deleting the database makes no last snapshot. Always false in prod."
  type        = bool
  default     = false
  nullable    = false
}

variable "final_snapshot_suffix" {
  description = "End of the final snapshot's name; change it if that snapshot exists already."
  type        = string
  default     = "1"
  nullable    = false
}

# ---------------------------------------------------------------- compute and traffic

variable "instance_type" {
  description = "Type of an application instance."
  type        = string
  default     = "t3.small"
  nullable    = false
}

variable "capacity" {
  description = "First size of the group; null for the profile's (2/2/4, or 1/1/1 when slim). Terraform ignores later changes: they are Nightcap's or yours."
  type        = object({ min = number, desired = number, max = number })
  default     = null
}

variable "operating_system" {
  description = "`amazon_linux_2023`, or the variant `ubuntu_22_04`."
  type        = string
  default     = "amazon_linux_2023"
  nullable    = false
}

variable "root_volume_size" {
  description = "Root volume in GB (variant: 50)."
  type        = number
  default     = 20
  nullable    = false
}

variable "detailed_monitoring" {
  description = "Whether EC2 sends metrics every minute (variant: true)."
  type        = bool
  default     = false
  nullable    = false
}

variable "spot_max_price" {
  description = "dev: most the Spot instance may cost, in dollars an hour, as a bare number in quotes."
  type        = string
  default     = "0.0150"
  nullable    = false
}

variable "ssh_cidrs" {
  description = "dev: ranges that may use SSH. Empty: Session Manager only."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "ingress" {
  description = "Who reaches the load balancer: `open` or only `cloudflare`."
  type        = string
  default     = "open"
  nullable    = false
}

variable "certificate_arn" {
  description = "ACM certificate for HTTPS on the load balancer; null for HTTP only. Cloudflare's TLS mode Full needs one."
  type        = string
  default     = null
}

variable "health_check" {
  description = "The target group's health check. Variant: { path = \"/health.php\", unhealthy = 3, timeout = 5 }."
  type = object({
    path      = optional(string, "/health")
    interval  = optional(number, 30)
    timeout   = optional(number, 5)
    healthy   = optional(number, 2)
    unhealthy = optional(number, 2)
  })
  default  = {}
  nullable = false
}

variable "sticky_sessions" {
  description = "Whether a visitor stays on one instance for 24 hours (variant: true)."
  type        = bool
  default     = false
  nullable    = false
}

variable "scaling_policy" {
  description = "`target_tracking` (CPU 60 %) or the variant `step`."
  type        = string
  default     = "target_tracking"
  nullable    = false
}

variable "repository" {
  description = "Repository an instance clones at boot, and the branch, tag or commit it takes."
  type        = object({ url = string, ref = optional(string, "main") })
  nullable    = false
}

variable "image_tag" {
  description = "Tag of both images in this account's registry; its tags are immutable."
  type        = string
  default     = "v1"
  nullable    = false
}

variable "backend_image" {
  description = "Image of the backend; null for the registry's."
  type        = string
  default     = null
}

variable "storefront_image" {
  description = "Image of the storefront; null for the registry's."
  type        = string
  default     = null
}

variable "shop_url" {
  description = "Public address of the shop, without a trailing slash."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^https?://[a-z0-9.-]+(:[0-9]+)?$", var.shop_url))
    error_message = "shop_url must be an address such as https://shop.example.com, without a trailing slash."
  }
}

variable "image_release" {
  description = "Any text: application instances keep the newest image of when it was last changed. Changing it rolls the group."
  type        = string
  default     = "1"
  nullable    = false
}

variable "nat_image_release" {
  description = "The same for NAT instances; running ones stay until they are rolled by hand, one zone after the other."
  type        = string
  default     = "1"
  nullable    = false
}

variable "boot_timeout" {
  description = "Seconds within which a new instance has to serve the shop."
  type        = number
  default     = 1200
  nullable    = false
}

variable "data_kms_key_arn" {
  description = "Customer key of the database, its secret and the replicated cache; null for AWS's own keys."
  type        = string
  default     = null
}

variable "backup_window" {
  description = "Daily time of the database's automated backup, UTC; null for 03:00-04:00 in prod and 11:00-12:00, within its waking hours, elsewhere."
  type        = string
  default     = null
}

variable "maintenance_window" {
  description = "Weekly time of the database's maintenance, UTC; null for Monday 04:00-05:00 in prod and Tuesday 15:00-16:00, within its waking hours, elsewhere."
  type        = string
  default     = null
}

variable "secret_replica_regions" {
  description = "Regions the secrets and, with account_services, new images are replicated to: [\"eu-west-1\"] with a standby."
  type        = list(string)
  default     = []
  nullable    = false
}

# ---------------------------------------------------------------- money, alerts, logs

variable "account_services" {
  description = "Whether this environment also makes what exists once an account: alert topic, budget, registry, Nightcap. Exactly one environment an account says true."
  type        = bool
  default     = false
  nullable    = false
}

variable "alert_topic_name" {
  description = "Name of the alert topic."
  type        = string
  default     = "greenleaf-alerts"
  nullable    = false
}

variable "alert_emails" {
  description = "Addresses that get the alerts. Each reader must click \"Confirm subscription\" in the mail AWS sends."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "budget_name" {
  description = "Name of the AWS Budget: `budget.name` of nightcap.yaml."
  type        = string
  default     = "greenleaf-monthly"
  nullable    = false
}

variable "budget_limit" {
  description = "The month's limit in USD, all environments together."
  type        = number
  default     = 500
  nullable    = false
}

variable "registry_force_delete" {
  description = "Whether repositories that hold images may be destroyed."
  type        = bool
  default     = false
  nullable    = false
}

variable "database_connections_threshold" {
  description = "Connections above which the alarm goes off. A db.t3.micro accepts about 110: use 80 with the slim profile."
  type        = number
  default     = 400
  nullable    = false
}

variable "log_retention_days" {
  description = "Days application, database and function logs are kept."
  type        = number
  default     = 7
  nullable    = false
}

# ---------------------------------------------------------------- Nightcap

variable "nightcap" {
  description = "Whether account_services include Nightcap."
  type        = bool
  default     = true
  nullable    = false
}

variable "nightcap_enabled" {
  description = "Whether Nightcap's schedules are on."
  type        = bool
  default     = true
  nullable    = false
}

variable "nightcap_config_file" {
  description = "Path of nightcap.yaml; null for the repository's."
  type        = string
  default     = null
}

variable "scheduler_zip" {
  description = "Path of the scheduler's package; null for where `make package` puts it."
  type        = string
  default     = null
}

variable "budget_guard_zip" {
  description = "Path of the budget guard's package; null to deploy without the guard."
  type        = string
  default     = null
}

variable "nightcap_inventory" {
  description = "What the budget guard plans the month from: `greenleaf`, with settings where they differ from the defaults (`greenleaf:preprod=slim,nat=gateway`), or an inventory's CSV."
  type        = string
  default     = "greenleaf"
  nullable    = false
}

variable "nightcap_prices" {
  description = "Where the price book is by which the budget guard plans and the scheduler prices holds, `s3://bucket/key` or `ssm://name`; null for the one within the program."
  type        = string
  default     = null
}

variable "nightcap_config_s3" {
  description = "Bucket and key to put nightcap.yaml at, where it is larger than Parameter Store's 8 KB; null otherwise."
  type        = object({ bucket = string, key = optional(string, "nightcap.yaml"), kms_key_arn = optional(string) })
  default     = null
}

variable "nightcap_organization_id" {
  description = "Organization in whose accounts Nightcap works by the role nightcap-target; null where roles are listed one by one, or there are none."
  type        = string
  default     = null
}

variable "nightcap_kms_key_arns" {
  description = "Customer keys of the volumes of EC2 instances that Nightcap starts."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "nightcap_architecture" {
  description = "What the packages were built for: arm64 or x86_64."
  type        = string
  default     = "arm64"
  nullable    = false
}

variable "ledger_deletion_protection" {
  description = "Whether Nightcap's ledger table refuses to be deleted."
  type        = bool
  default     = true
  nullable    = false
}
