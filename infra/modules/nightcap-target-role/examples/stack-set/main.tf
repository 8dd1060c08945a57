# The same role in every account of an organizational unit, those that join later too: applied once, in the
# management account (or the delegated administrator's) after CloudFormation's trusted access was activated.
# The rights are the text of nightcap-policy, as in the module; CloudFormation fills in each account's number.

terraform {
  required_version = ">= 1.10"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7"
    }
  }
}

variable "scheduler_role_arn" {
  description = "ARN of the scheduler's role (output `scheduler_role_arn` of the nightcap module)."
  type        = string
}

variable "organization_id" {
  description = "The organization: asked for by the role's trust, and given to the nightcap module as organization_id."
  type        = string
}

variable "organizational_unit_ids" {
  description = "Units whose accounts get the role."
  type        = list(string)
}

variable "environments" {
  description = "Environments that may be stopped and started, as in nightcap.yaml."
  type        = list(string)
}

variable "kinds" {
  description = "Kinds of resource by environment, as in nightcap.yaml."
  type        = map(list(string))
  default     = {}
}

variable "snapshot_environments" {
  description = "Environments whose databases are snapshot at a stop; null for all."
  type        = list(string)
  default     = null
}

variable "max_capacity" {
  description = "Largest maximum an Auto Scaling group may be given: `limits.max_capacity` of nightcap.yaml."
  type        = number
  default     = 100
}

variable "region" {
  description = "Region in which the stacks are kept; the role has none."
  type        = string
  default     = "eu-west-3"
}

module "policy" {
  source = "../../../nightcap-policy"

  environments          = var.environments
  kinds                 = var.kinds
  snapshot_environments = var.snapshot_environments
  max_capacity          = var.max_capacity
  account_id            = "$${AWS::AccountId}"
  partition             = "$${AWS::Partition}"
}

locals {
  # Fn::Sub around each text that names the account or the partition.
  document = replace(module.policy.json, "/\"([^\"]*\\$\\{AWS::[^\"]*)\"/", "{\"Fn::Sub\":\"$1\"}")

  template = jsonencode({
    Resources = {
      Role = {
        Type = "AWS::IAM::Role"
        Properties = {
          RoleName           = "nightcap-target"
          Description        = "Lets Nightcap stop and start here"
          MaxSessionDuration = 3600
          AssumeRolePolicyDocument = {
            Version = "2012-10-17"
            Statement = [{
              Sid       = "SchedulerWorksHere"
              Effect    = "Allow"
              Action    = "sts:AssumeRole"
              Principal = { AWS = var.scheduler_role_arn }
              Condition = { StringEquals = { "aws:PrincipalOrgID" = var.organization_id } }
            }]
          }
          Policies = [{ PolicyName = "schedule", PolicyDocument = jsondecode(local.document) }]
        }
      }
    }
  })
}

resource "aws_cloudformation_stack_set" "target" {
  name             = "nightcap-target"
  description      = "The role Nightcap works by"
  permission_model = "SERVICE_MANAGED"
  capabilities     = ["CAPABILITY_NAMED_IAM"]
  template_body    = local.template

  auto_deployment {
    enabled                          = true
    retain_stacks_on_account_removal = false
  }

  lifecycle {
    # Of the other permission model; AWS fills it in.
    ignore_changes = [administration_role_arn]

    precondition {
      condition     = module.policy.size <= 10240
      error_message = "The role's policy would have ${module.policy.size} characters, and inline policies of a role end at 10,240: name fewer environments, or use the module, which makes managed policies of them."
    }
  }
}

resource "aws_cloudformation_stack_set_instance" "target" {
  stack_set_name = aws_cloudformation_stack_set.target.name
  region         = var.region

  deployment_targets {
    organizational_unit_ids = var.organizational_unit_ids
  }
}

output "document" {
  description = "The role's policy as CloudFormation gets it."
  value       = local.document
}
