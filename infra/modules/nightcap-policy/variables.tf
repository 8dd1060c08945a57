variable "environments" {
  description = "Environments that may be stopped, started, resized and tagged. A name that says production is refused."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.environments) > 0 && length([for name in var.environments : name if contains(["prod", "production", "live"], lower(name))]) == 0
    error_message = "environments must not be empty and must not name prod, production or live: they are never scheduled."
  }

  validation {
    condition     = alltrue([for name in var.environments : !can(regex("[*?$]", name))])
    error_message = "environments must be plain names, without * or ?."
  }
}

variable "kinds" {
  description = "Kinds of resource of an environment (`kinds` in nightcap.yaml), by its name. One that is not named here has auto-scaling-group, rds-instance and aurora-cluster."
  type        = map(list(string))
  default     = {}
  nullable    = false

  validation {
    condition     = length(setsubtract(flatten(values(var.kinds)), ["auto-scaling-group", "rds-instance", "aurora-cluster", "ec2-instance", "ecs-service", "eks-node-group"])) == 0
    error_message = "kinds must be of auto-scaling-group, rds-instance, aurora-cluster, ec2-instance, ecs-service and eks-node-group."
  }

  validation {
    condition     = alltrue([for kinds in values(var.kinds) : length(kinds) > 0])
    error_message = "an environment has at least one kind."
  }
}

variable "snapshot_environments" {
  description = "Environments whose databases are snapshot at a stop (`snapshot_on_stop` in nightcap.yaml); null for all."
  type        = list(string)
  default     = null
}

variable "protected_values" {
  description = "Values of the tags nightcap:environment, Environment, Env and Stage that are denied, whatever their case. Nightcap itself refuses more: whatever reads like one of them."
  type        = list(string)
  default     = ["prod", "production", "live", "prd"]
  nullable    = false

  validation {
    condition     = length(setsubtract(["prod", "production", "live"], var.protected_values)) == 0
    error_message = "protected_values must hold at least prod, production and live."
  }
}

variable "account_id" {
  description = "Account of the fleet."
  type        = string
  nullable    = false
}

variable "partition" {
  description = "AWS partition."
  type        = string
  default     = "aws"
  nullable    = false
}

variable "max_capacity" {
  description = "Largest maximum an Auto Scaling group may be given (`limits.max_capacity` in nightcap.yaml): the tag its capacity is remembered in can be written by others."
  type        = number
  default     = 100
  nullable    = false

  validation {
    condition     = var.max_capacity >= 1 && floor(var.max_capacity) == var.max_capacity
    error_message = "max_capacity must be a whole number, at least 1."
  }
}

variable "kms_key_arns" {
  description = "Customer keys of the volumes of scheduled EC2 instances: without a right to give EBS a grant on them, a started instance stops again by itself."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.kms_key_arns : can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", arn))])
    error_message = "kms_key_arns must be ARNs of keys (not of aliases), without *."
  }
}

variable "license_configuration_arns" {
  description = "License Manager configurations of scheduled EC2 instances: a start is authorised on them, too."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.license_configuration_arns : can(regex("^arn:aws[a-z-]*:license-manager:[a-z0-9-]+:[0-9]{12}:license-configuration:lic-[0-9a-f]+$", arn))])
    error_message = "license_configuration_arns must be ARNs of license configurations, without *."
  }
}
