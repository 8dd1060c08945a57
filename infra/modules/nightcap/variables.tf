variable "name" {
  description = "Beginning of every name; the ledger table and the schedule group have it as it is."
  type        = string
  default     = "nightcap"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,28}[a-z0-9]$", var.name))
    error_message = "name must be 3 to 30 lower-case letters, digits and hyphens, starting with a letter."
  }
}

variable "config_file" {
  description = "Path of nightcap.yaml: the schedules are made from it and the functions get it."
  type        = string
  nullable    = false

  validation {
    condition     = fileexists(var.config_file)
    error_message = "config_file must be the path of an existing file."
  }
}

variable "config_s3" {
  description = "Bucket and key to put the configuration at, for one larger than Parameter Store's 8 KB; `kms_key_arn` if the object is to be encrypted by a customer key. The functions may read this object. Null: it is kept in their settings, or in Parameter Store."
  type        = object({ bucket = string, key = optional(string, "nightcap.yaml"), kms_key_arn = optional(string) })
  default     = null

  validation {
    condition     = var.config_s3 == null || can(regex("^[^*?$/][^*?$]*$", var.config_s3.key))
    error_message = "config_s3.key must be a plain key, without *, ? or $."
  }
}

variable "scheduler_zip" {
  description = "Path of the scheduler's package (`make package`)."
  type        = string
  nullable    = false

  validation {
    condition     = fileexists(var.scheduler_zip)
    error_message = "scheduler_zip must be the path of an existing file: build it with `make package`."
  }
}

variable "budget_guard_zip" {
  description = "Path of the budget guard's package, or null to deploy without the guard."
  type        = string
  default     = null

  validation {
    condition     = var.budget_guard_zip == null || fileexists(coalesce(var.budget_guard_zip, "-"))
    error_message = "budget_guard_zip must be the path of an existing file, or null."
  }
}

variable "architecture" {
  description = "What the packages were built for: arm64 or x86_64."
  type        = string
  default     = "arm64"
  nullable    = false

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "architecture must be arm64 or x86_64."
  }
}

variable "topic_arn" {
  description = "SNS topic for mails and alarms (the budget module's `topic_arn`)."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:sns:", var.topic_arn))
    error_message = "topic_arn must be the ARN of an SNS topic."
  }
}

variable "topic_key_arn" {
  description = "Key that encrypts the topic; null if none does."
  type        = string
  default     = null
}

variable "kms_key_arn" {
  description = "Customer key for the ledger, queues, logs, schedules and the functions' settings; null for AWS's own. Its policy must let CloudWatch Logs and EventBridge use it."
  type        = string
  default     = null
}

variable "enabled" {
  description = "Whether schedules and event rules are on. Off, Nightcap is deployed and does nothing by itself."
  type        = bool
  default     = true
  nullable    = false
}

variable "reconcile_rate" {
  description = "How often the fleet is compared with its schedules, as an EventBridge rate."
  type        = string
  default     = "rate(10 minutes)"
  nullable    = false

  validation {
    condition     = can(regex("^rate\\((1 (minute|hour)|([2-9]|[1-9][0-9]+) (minutes|hours))\\)$", var.reconcile_rate))
    error_message = "reconcile_rate must be a rate such as rate(10 minutes) or rate(1 hour)."
  }
}

variable "heartbeat_minutes" {
  description = "Minutes without a tick carried through before the heartbeat alarm; keep it at three reconcile ticks or more."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.heartbeat_minutes >= 2 && var.heartbeat_minutes <= 1440 && floor(var.heartbeat_minutes) == var.heartbeat_minutes
    error_message = "heartbeat_minutes must be a whole number from 2 to 1440."
  }
}

variable "guard_schedule" {
  description = "When the budget guard looks, in the configuration's zone. AWS's figures for the day before are there by late morning."
  type        = string
  default     = "cron(0 11 * * ? *)"
  nullable    = false

  validation {
    condition     = can(regex("^(cron|rate)\\(.+\\)$", var.guard_schedule))
    error_message = "guard_schedule must be an EventBridge cron(...) or rate(...)."
  }
}

variable "inventory" {
  description = "What there is to pay for, by which the guard plans the month: `greenleaf`, `greenleaf:SETTING=VALUE,…`, or an inventory's CSV; null for a forecast without a plan."
  type        = string
  default     = null
}

variable "prices" {
  description = "Where the price book is by which the guard plans and the scheduler prices holds, `s3://bucket/key` or `ssm://name` (as `nightcap prices --refresh` writes it); null for the one within the program."
  type        = string
  default     = null

  validation {
    condition     = var.prices == null || can(regex("^(s3://[a-z0-9][a-z0-9.-]+/.+|ssm://.+)$", var.prices))
    error_message = "prices must be s3://bucket/key or ssm://name."
  }
}

variable "target_role_arns" {
  description = "Roles of other accounts the scheduler may assume, besides those nightcap.yaml lists."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.target_role_arns : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/[^*]+$", arn))])
    error_message = "target_role_arns must be ARNs of IAM roles, without *."
  }
}

variable "organization_id" {
  description = "Id of the organization whose accounts the scheduler works in: one pattern then allows the role of the common name (target_role_path, target_role_name) in each of them, instead of a list. Null: roles are listed one by one."
  type        = string
  default     = null

  validation {
    condition     = var.organization_id == null || can(regex("^o-[a-z0-9]{10,32}$", var.organization_id))
    error_message = "organization_id must be an organization's id such as o-a1b2c3d4e5."
  }
}

variable "target_role_name" {
  description = "Name of the role in the other accounts of the organization (`name` of nightcap-target-role)."
  type        = string
  default     = "nightcap-target"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9+=,.@_-]{1,64}$", var.target_role_name))
    error_message = "target_role_name must be a valid role name, without *."
  }
}

variable "target_role_path" {
  description = "Path of that role (`path` of nightcap-target-role)."
  type        = string
  default     = "/"
  nullable    = false

  validation {
    condition     = can(regex("^/([A-Za-z0-9+=,.@_-]+/)*$", var.target_role_path))
    error_message = "target_role_path must begin and end with /, without *."
  }
}

variable "managed_policies_per_role" {
  description = "Quota \"Managed policies attached to an IAM role\" of the account: 10, or up to 20 where it was raised."
  type        = number
  default     = 10
  nullable    = false

  validation {
    condition     = var.managed_policies_per_role >= 1 && var.managed_policies_per_role <= 20
    error_message = "managed_policies_per_role must be from 1 to 20."
  }
}

variable "target_concurrency" {
  description = "Targets (account, region) worked at once from the queue."
  type        = number
  default     = 5
  nullable    = false

  validation {
    condition     = var.target_concurrency >= 2 && var.target_concurrency <= 1000
    error_message = "target_concurrency must be from 2 to 1000, as Lambda asks."
  }
}

variable "protected_values" {
  description = "Values of the tags nightcap:environment, Environment, Env and Stage that are never touched, whatever their case."
  type        = list(string)
  default     = ["prod", "production", "live", "prd"]
  nullable    = false
}

variable "kms_key_arns" {
  description = "Customer keys of the volumes of scheduled EC2 instances of this account: without a right to give EBS a grant on them, a started instance stops again by itself. The keys' policies must let this account's IAM decide."
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

variable "memory_size" {
  description = "Memory of a function in MB; CPU comes with it."
  type        = number
  default     = 256
  nullable    = false

  validation {
    condition     = var.memory_size >= 128 && var.memory_size <= 3008
    error_message = "memory_size must be from 128 to 3008 MB."
  }
}

variable "timeout" {
  description = "Seconds a function may run. Nothing waits inside one, so this bounds a slow fleet."
  type        = number
  default     = 60
  nullable    = false

  validation {
    condition     = var.timeout >= 10 && var.timeout <= 900
    error_message = "timeout must be from 10 to 900 seconds."
  }
}

variable "log_retention_days" {
  description = "Days the functions' logs are kept."
  type        = number
  default     = 7
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731], var.log_retention_days)
    error_message = "log_retention_days must be a number CloudWatch knows: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545 or 731."
  }
}

variable "metrics_namespace" {
  description = "CloudWatch namespace of the functions' own figures, for the dashboard and the heartbeat."
  type        = string
  default     = "Nightcap"
  nullable    = false
}

variable "deletion_protection" {
  description = "Whether the ledger table refuses to be deleted."
  type        = bool
  default     = true
  nullable    = false
}

variable "permissions_boundary" {
  description = "ARN of a permissions boundary for the roles, or null."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of every resource of the module."
  type        = map(string)
  default     = {}
  nullable    = false
}
