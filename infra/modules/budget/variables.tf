variable "topic_name" {
  description = "Name of the alert topic."
  type        = string
  default     = "greenleaf-alerts"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,256}$", var.topic_name))
    error_message = "topic_name must be letters, digits, hyphens and underscores."
  }
}

variable "emails" {
  description = "Addresses that get the alerts. Each reader must confirm by the link AWS mails."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for email in var.emails : can(regex("^[^@[:space:]]+@[^@[:space:]]+\\.[^@[:space:]]+$", email))])
    error_message = "emails must be e-mail addresses."
  }
}

variable "budget_name" {
  description = "Name of the AWS Budget; the one Nightcap's configuration watches (budget.name)."
  type        = string
  default     = "greenleaf-monthly"
  nullable    = false

  validation {
    condition     = can(regex("^[^:\\\\]{1,100}$", var.budget_name))
    error_message = "budget_name must be at most 100 characters without a colon or backslash."
  }
}

variable "limit" {
  description = "The month's limit in USD, all environments together."
  type        = number
  default     = 500
  nullable    = false

  validation {
    condition     = var.limit > 0
    error_message = "limit must be above zero."
  }
}

variable "tags" {
  description = "Tags of every resource of the module."
  type        = map(string)
  default     = {}
  nullable    = false
}
