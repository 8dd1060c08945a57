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
  description = "Values of the tags nightcap:environment, Environment and environment that are denied, whatever their case."
  type        = list(string)
  default     = ["prod", "production", "live"]
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

variable "snapshot_prefix" {
  description = "Beginning of the names of snapshots Nightcap makes."
  type        = string
  default     = "nightcap-"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]+$", var.snapshot_prefix))
    error_message = "snapshot_prefix must be lower-case letters, digits and hyphens."
  }
}
