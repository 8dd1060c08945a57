variable "name" {
  description = "Name of the role."
  type        = string
  default     = "nightcap-target"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9+=,.@_-]{1,64}$", var.name))
    error_message = "name must be a valid role name of at most 64 characters."
  }
}

variable "path" {
  description = "Path of the role; the same in every account, so that one pattern names them all (`target_role_path` of the nightcap module)."
  type        = string
  default     = "/"
  nullable    = false

  validation {
    condition     = can(regex("^/([A-Za-z0-9+=,.@_-]+/)*$", var.path))
    error_message = "path must begin and end with /."
  }
}

variable "scheduler_role_arn" {
  description = "ARN of the scheduler's role in the account where Nightcap runs (output `scheduler_role_arn` of the nightcap module)."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/.+$", var.scheduler_role_arn))
    error_message = "scheduler_role_arn must be the ARN of an IAM role."
  }
}

variable "external_id" {
  description = "External id the caller must give, or null for none: the same as `external_id` in nightcap.yaml. Within one organization the trust in one role is enough."
  type        = string
  default     = null
}

variable "organization_id" {
  description = "Organization that the scheduler's account must be in to assume the role, or null for any: the same as organization_id of the nightcap module."
  type        = string
  default     = null

  validation {
    condition     = var.organization_id == null || can(regex("^o-[a-z0-9]{10,32}$", var.organization_id))
    error_message = "organization_id must be an organization's id such as o-a1b2c3d4e5."
  }
}

variable "environments" {
  description = "Environments of this account that may be stopped and started. A name that says production is refused."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.environments) > 0
    error_message = "environments must not be empty."
  }
}

variable "kinds" {
  description = "Kinds of resource of an environment (`kinds` in nightcap.yaml), by its name. One that is not named here has auto-scaling-group, rds-instance and aurora-cluster."
  type        = map(list(string))
  default     = {}
  nullable    = false
}

variable "snapshot_environments" {
  description = "Environments whose databases are snapshot at a stop (`snapshot_on_stop` in nightcap.yaml); null for all."
  type        = list(string)
  default     = null
}

variable "protected_values" {
  description = "Tag values that are denied, whatever their case."
  type        = list(string)
  default     = ["prod", "production", "live", "prd"]
  nullable    = false
}

variable "max_capacity" {
  description = "Largest maximum an Auto Scaling group may be given: `limits.max_capacity` of nightcap.yaml."
  type        = number
  default     = 100
  nullable    = false
}

variable "kms_key_arns" {
  description = "Customer keys of the volumes of scheduled EC2 instances of this account: without a right to give EBS a grant on them, a started instance stops again by itself."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "license_configuration_arns" {
  description = "License Manager configurations of scheduled EC2 instances of this account: a start is authorised on them, too."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "permissions_boundary" {
  description = "ARN of a permissions boundary, or null."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of the role."
  type        = map(string)
  default     = {}
  nullable    = false
}
