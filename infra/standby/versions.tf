terraform {
  required_version = ">= 1.10"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7"
    }
  }

  # Kept apart from the primary's state; bucket and region come from backend.hcl.
  backend "s3" {
    key          = "greenleaf/standby/terraform.tfstate"
    encrypt      = true
    use_lockfile = true
  }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = {
      Project     = "greenleaf"
      Environment = "prod"
      Role        = "standby"
      ManagedBy   = "terraform"
    }
  }
}
