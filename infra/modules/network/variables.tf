variable "name" {
  description = "Prefix of every name, such as greenleaf-preprod."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}[a-z0-9]$", var.name))
    error_message = "name must be 3 to 32 lower-case letters, digits and hyphens, starting with a letter."
  }
}

variable "vpc_cidr" {
  description = "Address range of the VPC."
  type        = string
  default     = "10.0.0.0/16"
  nullable    = false

  validation {
    condition     = can(cidrhost(var.vpc_cidr, 0)) && can(regex("/(1[6-9]|2[0-4])$", var.vpc_cidr))
    error_message = "vpc_cidr must be an IPv4 range between /16 and /24."
  }
}

variable "availability_zones" {
  description = "The two zones; the first one holds whatever is built only once."
  type        = list(string)
  default     = ["eu-west-3a", "eu-west-3b"]
  nullable    = false

  validation {
    condition     = length(var.availability_zones) == 2 && length(distinct(var.availability_zones)) == 2
    error_message = "availability_zones must name two different zones."
  }
}

variable "public_subnet_cidrs" {
  description = "Ranges of the public subnets, in the order of the zones."
  type        = list(string)
  default     = ["10.0.1.0/24", "10.0.2.0/24"]
  nullable    = false

  validation {
    condition     = length(var.public_subnet_cidrs) == 2 && alltrue([for cidr in var.public_subnet_cidrs : can(cidrhost(cidr, 0))])
    error_message = "public_subnet_cidrs must be two IPv4 ranges."
  }
}

variable "private_subnet_cidrs" {
  description = "Ranges of the private subnets, in the order of the zones. Variant seen in production: 10.0.11.0/24 and 10.0.12.0/24."
  type        = list(string)
  default     = ["10.0.10.0/24", "10.0.20.0/24"]
  nullable    = false

  validation {
    condition     = length(var.private_subnet_cidrs) == 2 && alltrue([for cidr in var.private_subnet_cidrs : can(cidrhost(cidr, 0))])
    error_message = "private_subnet_cidrs must be two IPv4 ranges."
  }
}

variable "nat_mode" {
  description = "The private subnets' way out: `instance` (one t3.nano a zone, about 8 USD a month), `gateway` (one NAT gateway a zone, about 66 USD a month) or `none`."
  type        = string
  default     = "instance"
  nullable    = false

  validation {
    condition     = contains(["instance", "gateway", "none"], var.nat_mode)
    error_message = "nat_mode must be instance, gateway or none."
  }
}

variable "nat_instance_type" {
  description = "Type of a NAT instance; x86_64, as the image is."
  type        = string
  default     = "t3.nano"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]*\\.[a-z0-9]+$", var.nat_instance_type))
    error_message = "nat_instance_type must be an EC2 instance type such as t3.nano."
  }
}

variable "nat_image_release" {
  description = "Any text. The NAT instances keep the Amazon Linux image that was the newest when this text was last changed; running ones stay until they are rolled by hand."
  type        = string
  default     = "1"
  nullable    = false

  validation {
    condition     = length(var.nat_image_release) > 0
    error_message = "nat_image_release must not be empty."
  }
}

variable "nat_zone_count" {
  description = "Zones that get a NAT of their own; null means all. With 1, the second zone goes out through the first."
  type        = number
  default     = null

  validation {
    condition     = var.nat_zone_count == null || contains([1, 2], coalesce(var.nat_zone_count, 1))
    error_message = "nat_zone_count must be 1, 2 or null."
  }
}

variable "tags" {
  description = "Tags of every resource of the module. Must not hold `nightcap:environment`: nothing in the network is scheduled."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = !contains(keys(var.tags), "nightcap:environment")
    error_message = "tags must not hold nightcap:environment: NAT instances are never scheduled."
  }
}
