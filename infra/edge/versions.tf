terraform {
  required_version = ">= 1.10"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7"
    }
    cloudflare = {
      source  = "cloudflare/cloudflare"
      version = ">= 5.13, < 6"
    }
  }

  backend "s3" {
    key          = "greenleaf/edge/terraform.tfstate"
    encrypt      = true
    use_lockfile = true
  }
}

# The token comes from CLOUDFLARE_API_TOKEN: DNS edit, zone settings edit, R2 edit and
# API tokens edit, for this one zone and account.
provider "cloudflare" {}

provider "aws" {
  region = var.region

  default_tags {
    tags = {
      Project     = "greenleaf"
      Environment = var.environment
      ManagedBy   = "terraform"
    }
  }
}
