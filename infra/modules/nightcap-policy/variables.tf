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
