# The policy of each kind alone, with placeholders: ../../rights.json is this, and `nightcap doctor`
# makes the policy of a configuration from it. After a change to the policy:
#
#   terraform init && terraform apply -auto-approve && terraform output -raw rights > ../../rights.json
#   terraform output -raw every > ../every.json

terraform {
  required_version = ">= 1.10"
}

locals {
  kinds = ["auto-scaling-group", "rds-instance", "aurora-cluster", "ec2-instance", "ecs-service", "eks-node-group"]
  cases = merge(
    { for kind in local.kinds : kind => { kind = kind, snapshots = [] } },
    { snapshot = { kind = "rds-instance", snapshots = ["ENVIRONMENT"] } },
  )
}

module "alone" {
  source   = "../.."
  for_each = local.cases

  environments          = ["ENVIRONMENT"]
  kinds                 = { ENVIRONMENT = [each.value.kind] }
  snapshot_environments = each.value.snapshots
  account_id            = "ACCOUNT"
  partition             = "PARTITION"
}

# Several environments with different kinds: what is made from the parts must be this.
module "every" {
  source = "../.."

  environments = ["dev", "preprod", "staging"]
  kinds = {
    dev     = ["ec2-instance"]
    staging = ["rds-instance", "ecs-service", "eks-node-group", "auto-scaling-group"]
  }
  snapshot_environments = ["staging"]
  account_id            = "123456789012"
  partition             = "aws"
}

output "rights" {
  description = "The statements of each kind alone, as JSON."
  value       = jsonencode({ for name, policy in module.alone : name => [for statement in policy.statements : jsondecode(statement)] })
}

output "every" {
  description = "A whole policy, as JSON."
  value       = module.every.json
}
