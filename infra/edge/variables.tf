variable "environment" {
  description = "Environment whose shop this is."
  type        = string
  default     = "prod"
  nullable    = false

  validation {
    condition     = contains(["preprod", "prod"], var.environment)
    error_message = "environment must be preprod or prod."
  }
}

variable "region" {
  description = "AWS region of the media secret: the one of infra/platform."
  type        = string
  default     = "eu-west-3"
  nullable    = false
}

variable "secret_replica_regions" {
  description = "Regions the media secret is replicated to: [\"eu-west-1\"] with a standby there."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "cloudflare_account_id" {
  description = "Cloudflare account."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9a-f]{32}$", var.cloudflare_account_id))
    error_message = "cloudflare_account_id must be 32 hexadecimal digits."
  }
}

variable "zone_id" {
  description = "Cloudflare zone of the shop's domain."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9a-f]{32}$", var.zone_id))
    error_message = "zone_id must be 32 hexadecimal digits."
  }
}

variable "shop_domain" {
  description = "Host name of the shop."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9.-]+$", var.shop_domain))
    error_message = "shop_domain must be a host name without a scheme."
  }
}

variable "media_domain" {
  description = "Host name media are served from, in the same zone."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9.-]+$", var.media_domain))
    error_message = "media_domain must be a host name without a scheme."
  }
}

variable "load_balancer_dns_name" {
  description = "Output `load_balancer_dns_name` of infra/platform; of infra/standby after a fail-over."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("\\.elb\\.([a-z0-9-]+\\.)?amazonaws\\.com(\\.cn)?$", var.load_balancer_dns_name))
    error_message = "load_balancer_dns_name must be a load balancer's DNS name."
  }
}

variable "tls_mode" {
  description = "`full` (the load balancer has a certificate), `strict` (it has a valid one) or `flexible` (HTTP only behind Cloudflare)."
  type        = string
  default     = "full"
  nullable    = false

  validation {
    condition     = contains(["full", "strict", "flexible"], var.tls_mode)
    error_message = "tls_mode must be full, strict or flexible."
  }
}

variable "media_bucket_name" {
  description = "R2 bucket of the media files."
  type        = string
  default     = "greenleaf-media"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.media_bucket_name))
    error_message = "media_bucket_name must be 3 to 63 lower-case letters, digits and hyphens."
  }
}
