terraform {
  required_version = ">= 1.10"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7"
    }
  }

  # Partial: the bucket and its region come from a file, since a backend takes no
  # variables (`terraform init -backend-config=backend.hcl`, see backend.hcl.example).
  # A workspace's state is greenleaf/<workspace>/platform/terraform.tfstate.
  backend "s3" {
    key                  = "platform/terraform.tfstate"
    workspace_key_prefix = "greenleaf"
    encrypt              = true
    use_lockfile         = true
  }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = {
      Project     = "greenleaf"
      Environment = var.environment
      ManagedBy   = "terraform"
    }
  }

  # Nightcap keeps a sleeping group's capacity in this tag of the group. Only here can
  # it be ignored: the group's `tag` blocks cannot be named one by one in a
  # lifecycle, and ignoring all of them would freeze the others.
  ignore_tags {
    keys = ["nightcap:capacity"]
  }
}
