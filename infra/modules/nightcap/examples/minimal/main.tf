# Five lines put Nightcap into an account.

terraform {
  required_version = ">= 1.10"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7"
    }
  }
}

module "nightcap" {
  source        = "../.."
  config_file   = "${path.module}/nightcap.yaml"
  scheduler_zip = var.scheduler_zip
  topic_arn     = var.topic_arn
}

variable "scheduler_zip" {
  description = "Package of the scheduler, from `make package`."
  type        = string
}

variable "topic_arn" {
  description = "SNS topic that tells people."
  type        = string
}
