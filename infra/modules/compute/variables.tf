variable "name" {
  description = "Prefix of every name, such as greenleaf-preprod."
  type        = string
  nullable    = false

  validation {
    # A load balancer's and a target group's names end at 32 characters.
    condition     = can(regex("^[a-z][a-z0-9-]{1,26}[a-z0-9]$", var.name))
    error_message = "name must be 3 to 28 lower-case letters, digits and hyphens, starting with a letter."
  }
}

variable "environment" {
  description = "dev, preprod or prod: told to the playbook and put on instances as the tag `Environment`."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["dev", "preprod", "prod"], var.environment)
    error_message = "environment must be dev, preprod or prod."
  }
}

variable "mode" {
  description = "`group`: an Auto Scaling group behind a load balancer. `single`: one Spot instance with a public address (dev)."
  type        = string
  default     = "group"
  nullable    = false

  validation {
    condition     = contains(["group", "single"], var.mode)
    error_message = "mode must be group or single."
  }
}

variable "vpc_id" {
  description = "VPC of the instances."
  type        = string
  nullable    = false
}

variable "vpc_cidr" {
  description = "Address range of the VPC: where the database and the cache are."
  type        = string
  nullable    = false
}

variable "public_subnet_ids" {
  description = "Subnets of the load balancer, or of the single instance."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.public_subnet_ids) >= 1
    error_message = "public_subnet_ids must not be empty; a load balancer needs two."
  }
}

variable "private_subnet_ids" {
  description = "Subnets of the group's instances; one of them makes it a one-zone group."
  type        = list(string)
  nullable    = false
}

variable "instance_type" {
  description = "Type of an application instance; x86_64, as the image is."
  type        = string
  default     = "t3.small"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]*\\.[a-z0-9]+$", var.instance_type))
    error_message = "instance_type must be an EC2 instance type such as t3.small."
  }
}

variable "capacity" {
  description = "Size of the group when it is made. Later changes are Nightcap's or yours: Terraform ignores them."
  type        = object({ min = number, desired = number, max = number })
  default     = { min = 2, desired = 2, max = 4 }
  nullable    = false

  validation {
    condition     = 0 <= var.capacity.min && var.capacity.min <= var.capacity.desired && var.capacity.desired <= var.capacity.max
    error_message = "capacity must satisfy 0 <= min <= desired <= max."
  }
}

variable "operating_system" {
  description = "`amazon_linux_2023`, or the variant `ubuntu_22_04`."
  type        = string
  default     = "amazon_linux_2023"
  nullable    = false

  validation {
    condition     = contains(["amazon_linux_2023", "ubuntu_22_04"], var.operating_system)
    error_message = "operating_system must be amazon_linux_2023 or ubuntu_22_04."
  }
}

variable "image_release" {
  description = "Any text. Instances keep the image that was the newest when this text was last changed; changing it rolls the group."
  type        = string
  default     = "1"
  nullable    = false

  validation {
    condition     = length(var.image_release) > 0
    error_message = "image_release must not be empty."
  }
}

variable "boot_timeout" {
  description = "Seconds from launch within which an instance has to serve the shop; after that the group gives it up and starts another. Packages, images and migrations have to fit."
  type        = number
  default     = 1200
  nullable    = false

  validation {
    condition     = var.boot_timeout >= 300 && var.boot_timeout <= 7200
    error_message = "boot_timeout must be from 300 to 7200 seconds."
  }
}

variable "secret_key_arns" {
  description = "Customer keys that encrypt secrets the instances read; none for AWS's own key."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "root_volume_size" {
  description = "Root volume in GB (variant: 50)."
  type        = number
  default     = 20
  nullable    = false

  validation {
    condition     = var.root_volume_size >= 8
    error_message = "root_volume_size must be at least 8 GB, the image's own size."
  }
}

variable "detailed_monitoring" {
  description = "Whether EC2 sends metrics every minute, at a price, instead of every five (variant: true). On with scaling_policy `step`, whose alarms need it."
  type        = bool
  default     = false
  nullable    = false
}

variable "spot_max_price" {
  description = "Most the single Spot instance may cost, in dollars an hour, as a bare number in quotes."
  type        = string
  default     = "0.0150"
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]+\\.[0-9]{1,6}$", var.spot_max_price)) && can(tonumber(var.spot_max_price)) && try(tonumber(var.spot_max_price) > 0, false)
    error_message = "spot_max_price must be dollars an hour as a bare number such as \"0.0150\": no currency sign, no comma."
  }
}

variable "ssh_cidrs" {
  description = "Ranges that may reach the single instance by SSH; none by default, Session Manager needs no port."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for cidr in var.ssh_cidrs : can(cidrhost(cidr, 0)) && try(tonumber(split("/", cidr)[1]) >= 8, false)])
    error_message = "ssh_cidrs must be IPv4 ranges no wider than /8: never 0.0.0.0/0."
  }
}

variable "ingress" {
  description = "Who may reach the load balancer: `open` or only `cloudflare`'s published ranges."
  type        = string
  default     = "open"
  nullable    = false

  validation {
    condition     = contains(["open", "cloudflare"], var.ingress)
    error_message = "ingress must be open or cloudflare."
  }
}

variable "cloudflare_ipv4_cidrs" {
  description = "Cloudflare's published IPv4 ranges (cloudflare.com/ips-v4, unchanged since September 2023)."
  type        = list(string)
  default = [
    "103.21.244.0/22", "103.22.200.0/22", "103.31.4.0/22", "104.16.0.0/13", "104.24.0.0/14",
    "108.162.192.0/18", "131.0.72.0/22", "141.101.64.0/18", "162.158.0.0/15", "172.64.0.0/13",
    "173.245.48.0/20", "188.114.96.0/20", "190.93.240.0/20", "197.234.240.0/22", "198.41.128.0/17",
  ]
  nullable = false

  validation {
    condition     = length(var.cloudflare_ipv4_cidrs) > 0 && alltrue([for cidr in var.cloudflare_ipv4_cidrs : can(cidrhost(cidr, 0))])
    error_message = "cloudflare_ipv4_cidrs must be IPv4 ranges."
  }
}

variable "certificate_arn" {
  description = "ACM certificate of the load balancer; null for HTTP only. With one, port 80 redirects to 443."
  type        = string
  default     = null

  validation {
    condition     = var.certificate_arn == null || can(regex("^arn:aws[a-z-]*:acm:", coalesce(var.certificate_arn, "arn:aws:acm:")))
    error_message = "certificate_arn must be the ARN of an ACM certificate in this region."
  }
}

variable "health_check" {
  description = "The target group's health check. Variant: path /health.php, unhealthy 3, timeout 5."
  type = object({
    path      = optional(string, "/health")
    interval  = optional(number, 30)
    timeout   = optional(number, 5)
    healthy   = optional(number, 2)
    unhealthy = optional(number, 2)
  })
  default  = {}
  nullable = false

  validation {
    condition     = startswith(var.health_check.path, "/") && var.health_check.timeout < var.health_check.interval
    error_message = "health_check.path must start with / and the timeout must be shorter than the interval."
  }
}

variable "sticky_sessions" {
  description = "Whether the load balancer keeps a visitor on one instance for 24 hours (variant: true)."
  type        = bool
  default     = false
  nullable    = false
}

variable "scaling_policy" {
  description = "`target_tracking` on 60 % average CPU, or the variant `step`: one more above 70 %, one less below 30 %, for 2 minutes, cooldown 300 s."
  type        = string
  default     = "target_tracking"
  nullable    = false

  validation {
    condition     = contains(["target_tracking", "step"], var.scaling_policy)
    error_message = "scaling_policy must be target_tracking or step."
  }
}

variable "deletion_protection" {
  description = "Whether the load balancer refuses to be deleted."
  type        = bool
  default     = true
  nullable    = false
}

variable "repository" {
  description = "Repository an instance clones at boot, readable without a password, and the branch, tag or commit it takes."
  type        = object({ url = string, ref = optional(string, "main") })
  nullable    = false

  validation {
    condition     = can(regex("^https://[^'@[:space:]]+$", var.repository.url)) && can(regex("^[A-Za-z0-9._/-]+$", var.repository.ref))
    error_message = "repository.url must be an https address without a user or password, and repository.ref a branch, tag or commit."
  }
}

variable "backend_image" {
  description = "Image of the backend with a tag or digest; null for medusa-backend:<image_tag> in this account's registry."
  type        = string
  default     = null
}

variable "storefront_image" {
  description = "Image of the storefront with a tag or digest; null for medusa-storefront:<image_tag> in this account's registry."
  type        = string
  default     = null
}

variable "image_tag" {
  description = "Tag of both images in this account's registry. Its tags are immutable: a release is a new tag."
  type        = string
  default     = "v1"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$", var.image_tag))
    error_message = "image_tag must be a valid image tag such as v1 or a commit's id."
  }
}

variable "registry_repository_names" {
  description = "ECR repositories the instances may pull from."
  type        = list(string)
  default     = ["medusa-backend", "medusa-storefront"]
  nullable    = false
}

variable "shop_url" {
  description = "Public address of the shop, for CORS."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^https?://[a-z0-9.-]+(:[0-9]+)?$", var.shop_url))
    error_message = "shop_url must be an address such as https://shop.example.com, without a trailing slash."
  }
}

variable "database" {
  description = "The managed database; null in dev, where it is a container."
  type        = object({ engine = string, host = string, port = number, name = string, secret_arn = string })
  default     = null
}

variable "cache" {
  description = "The managed cache; null in dev, where it is a container. `authenticated` says whether `secret_arn` holds an AUTH token."
  type        = object({ host = string, tls = bool, authenticated = bool, secret_arn = optional(string) })
  default     = null
}

variable "media" {
  description = "Media store: `bucket` for an S3 bucket of this account, `secret_arn` for the secret infra/edge writes for R2; both null while there is none."
  type        = object({ bucket = optional(string), secret_arn = optional(string) })
  default     = {}
  nullable    = false
}

variable "application_secret_arn" {
  description = "Secret with JWT_SECRET and COOKIE_SECRET made elsewhere; null to have one made. The standby uses the primary's replicated one."
  type        = string
  default     = null
}

variable "secret_replica_regions" {
  description = "Regions the application's secret is replicated to, for a standby."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "log_group_name" {
  description = "CloudWatch log group of the containers."
  type        = string
  nullable    = false
}

variable "log_group_arn" {
  description = "ARN of that log group."
  type        = string
  nullable    = false
}

variable "schedule_tags" {
  description = "Tags of what Nightcap may schedule, here the group or the single instance: `nightcap:environment` and `Environment`."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "tags" {
  description = "Tags of every resource of the module. Must not hold `nightcap:environment`."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = !contains(keys(var.tags), "nightcap:environment")
    error_message = "tags must not hold nightcap:environment: it belongs in schedule_tags."
  }
}
