variable "region" {
  description = "Region of the standby, another one than that of source_database_arn; its zones a and b are used."
  type        = string
  default     = "eu-west-1"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region)) && var.region != try(split(":", var.source_database_arn)[3], "")
    error_message = "region must be an AWS region name, and not the one of source_database_arn: what fails there must not take the standby with it."
  }
}

variable "active" {
  description = "false: dormant. true, in a fail-over: NAT instances and cache are made, the database is promoted or restored. The group is then started with the AWS CLI, see README."
  type        = bool
  default     = false
  nullable    = false
}

variable "database_mode" {
  description = "`backups`: the primary's automated backups are replicated here. `replica`: a running read replica; needs a primary with password_mode `write_only`."
  type        = string
  default     = "backups"
  nullable    = false

  validation {
    condition     = contains(["backups", "replica"], var.database_mode)
    error_message = "database_mode must be backups or replica."
  }
}

variable "source_database_arn" {
  description = "ARN of prod's database: output `database_arn` of infra/platform."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:rds:[a-z0-9-]+:[0-9]{12}:db:.+$", var.source_database_arn))
    error_message = "source_database_arn must be the ARN of an RDS instance."
  }
}

variable "replicated_backup_arn" {
  description = "The replicated backup to restore when active in mode `backups`; null while dormant."
  type        = string
  default     = null
}

variable "replica_class" {
  description = "Class of the waiting replica."
  type        = string
  default     = "db.t3.small"
  nullable    = false
}

variable "final_snapshot_suffix" {
  description = "Ending of the name of the final snapshot; another one for each time this is destroyed, for a snapshot of one name can exist only once."
  type        = string
  default     = "1"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9]+(-[a-z0-9]+)*$", var.final_snapshot_suffix))
    error_message = "final_snapshot_suffix must be lower-case letters, digits and single hyphens."
  }
}

variable "database_secret_arn" {
  description = "The database's secret in this region; needed in mode `replica`, null in mode `backups`, where RDS makes a new one."
  type        = string
  default     = null
}

variable "application_secret_name" {
  description = "Full name of the application's replicated secret, with its six-character ending: the last part of output `application_secret_arn` of infra/platform (secret_replica_regions must name this region)."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^greenleaf-prod/app-[A-Za-z0-9]{6}$", var.application_secret_name))
    error_message = "application_secret_name must look like greenleaf-prod/app-AbC123."
  }
}

variable "media_secret_arn" {
  description = "Secret with the R2 credentials, in this region; null for none."
  type        = string
  default     = null
}

variable "vpc_cidr" {
  description = "Address range of the VPC, another one than the primary's."
  type        = string
  default     = "10.1.0.0/16"
  nullable    = false

  validation {
    condition     = can(cidrhost(var.vpc_cidr, 0)) && endswith(var.vpc_cidr, "/16") && var.vpc_cidr != "10.0.0.0/16"
    error_message = "vpc_cidr must be a /16 other than the primary's 10.0.0.0/16."
  }
}

variable "certificate_arn" {
  description = "ACM certificate in this region; null for HTTP only."
  type        = string
  default     = null
}

variable "ingress" {
  description = "Who reaches the load balancer: `open` or only `cloudflare`."
  type        = string
  default     = "open"
  nullable    = false
}

variable "instances" {
  description = "How prod's instances are, where infra/platform was told other than its defaults: a fail-over should be to the same ones. `image_release` is the standby's own; change it now and then while dormant, for AWS withdraws old images, and a fail-over needs one that still exists."
  type = object({
    instance_type       = optional(string)
    operating_system    = optional(string)
    root_volume_size    = optional(number)
    detailed_monitoring = optional(bool)
    scaling_policy      = optional(string)
    sticky_sessions     = optional(bool)
    image_release       = optional(string)
    boot_timeout        = optional(number)
    secret_key_arns     = optional(list(string))
    health_check = optional(object({
      path      = optional(string)
      interval  = optional(number)
      timeout   = optional(number)
      healthy   = optional(number)
      unhealthy = optional(number)
    }))
  })
  default  = {}
  nullable = false
}

variable "nat_image_release" {
  description = "Any text; another one looks the NAT instances' newest image up again. While dormant there are none, and a fail-over takes the newest."
  type        = string
  default     = "1"
  nullable    = false
}

variable "repository" {
  description = "Repository an instance clones at boot, and the branch, tag or commit it takes."
  type        = object({ url = string, ref = optional(string, "main") })
  nullable    = false
}

variable "image_tag" {
  description = "Tag of both images in this region's registry."
  type        = string
  default     = "v1"
  nullable    = false
}

variable "backend_image" {
  description = "Image of the backend; null for this region's registry."
  type        = string
  default     = null
}

variable "storefront_image" {
  description = "Image of the storefront; null for this region's registry."
  type        = string
  default     = null
}

variable "shop_url" {
  description = "Public address of the shop: the same as the primary's."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^https?://[a-z0-9.-]+$", var.shop_url))
    error_message = "shop_url must be an address such as https://shop.example.com."
  }
}
