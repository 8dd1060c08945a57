variable "repository_names" {
  description = "Names of the repositories."
  type        = list(string)
  default     = ["medusa-backend", "medusa-storefront"]
  nullable    = false

  validation {
    condition     = alltrue([for name in var.repository_names : can(regex("^[a-z0-9]+([._/-][a-z0-9]+)*$", name))])
    error_message = "repository_names must be lower-case letters, digits and single separators."
  }
}

variable "keep_images" {
  description = "Images kept in each repository; older ones expire."
  type        = number
  default     = 10
  nullable    = false

  validation {
    condition     = var.keep_images >= 1
    error_message = "keep_images must be at least 1."
  }
}

variable "force_delete" {
  description = "Whether a repository that still holds images may be destroyed."
  type        = bool
  default     = false
  nullable    = false
}

variable "replica_regions" {
  description = "Regions every new image is copied to, for a standby there."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(distinct(var.replica_regions)) == length(var.replica_regions)
    error_message = "replica_regions must not name a region twice."
  }
}

variable "tags" {
  description = "Tags of every resource of the module."
  type        = map(string)
  default     = {}
  nullable    = false
}
