variable "region" {
  description = "Region of the state bucket and lock table."
  type        = string
  default     = "eu-west-3"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must be an AWS region name such as eu-west-3."
  }
}

variable "state_bucket_name" {
  description = "Name of the bucket that keeps the Terraform state. Bucket names are unique across all of AWS: choose your own if this one is taken."
  type        = string
  default     = "greenleaf-tfstate-p2026-paris"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.state_bucket_name))
    error_message = "state_bucket_name must be 3 to 63 characters: lower-case letters, digits, dots and hyphens."
  }
}

variable "lock_table_name" {
  description = "Name of the DynamoDB lock table for Terraform older than 1.10."
  type        = string
  default     = "greenleaf-tf-lock"
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9_.-]{3,255}$", var.lock_table_name))
    error_message = "lock_table_name must be 3 to 255 letters, digits, dots, hyphens or underscores."
  }
}

variable "noncurrent_version_days" {
  description = "Days an overwritten state version is kept before it expires; the newest 20 stay whatever their age."
  type        = number
  default     = 90
  nullable    = false

  validation {
    condition     = var.noncurrent_version_days >= 7
    error_message = "noncurrent_version_days must be at least 7: a state damaged before a long weekend must still be recoverable."
  }
}
