variable "name" {
  description = "Prefix of every alarm and name of the dashboard, such as greenleaf-preprod."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}[a-z0-9]$", var.name))
    error_message = "name must be 3 to 32 lower-case letters, digits and hyphens, starting with a letter."
  }
}

variable "environment" {
  description = "Environment, for the log group's name."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]*$", var.environment))
    error_message = "environment must be lower-case letters, digits and hyphens."
  }
}

variable "topic_arn" {
  description = "Topic the alarms speak to."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:sns:", var.topic_arn))
    error_message = "topic_arn must be the ARN of an SNS topic."
  }
}

variable "group" {
  description = "The Auto Scaling group, or null where there is none."
  type        = object({ name = string })
  default     = null
}

variable "nat_groups" {
  description = "Names of the NAT instances' Auto Scaling groups."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "load_balancer" {
  description = "The load balancer and target group by their CloudWatch names, or null where there is none."
  type        = object({ arn_suffix = string, target_group_arn_suffix = string })
  default     = null
}

variable "database" {
  description = "The database and how many connections are too many, or null where there is none. A db.t3.micro with PostgreSQL accepts about 110 at most: set a threshold below that for the slim profile."
  type        = object({ identifier = string, connections_threshold = optional(number, 400) })
  default     = null
}

variable "nightcap_namespace" {
  description = "CloudWatch namespace of the scheduler's and the budget guard's own figures."
  type        = string
  default     = "Nightcap"
  nullable    = false
}

variable "nightcap_function_names" {
  description = "Nightcap's functions, for the dashboard."
  type        = list(string)
  default     = ["nightcap-scheduler", "nightcap-budget-guard"]
  nullable    = false
}

variable "log_retention_days" {
  description = "Days the application's logs are kept in CloudWatch."
  type        = number
  default     = 7
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731], var.log_retention_days)
    error_message = "log_retention_days must be a number CloudWatch knows: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545 or 731."
  }
}

variable "log_kms_key_arn" {
  description = "Customer key for the log group; null for CloudWatch's own encryption."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of every resource of the module."
  type        = map(string)
  default     = {}
  nullable    = false
}
