mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "210987654321" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
}

variables {
  scheduler_role_arn = "arn:aws:iam::123456789012:role/nightcap-scheduler"
  environments       = ["batch"]
}

run "the_schedulers_own_rights_in_one_inline_policy" {
  command = plan

  assert {
    condition     = aws_iam_role_policy.this[0].policy == module.policy.json && length(aws_iam_policy.this) == 0
    error_message = "the text of nightcap-policy, whole"
  }
  assert {
    condition     = aws_iam_role.this.path == "/" && jsondecode(aws_iam_role.this.assume_role_policy).Statement[0].Principal.AWS == var.scheduler_role_arn && !can(jsondecode(aws_iam_role.this.assume_role_policy).Statement[0].Condition)
    error_message = "assumed by the scheduler's role, and nobody else"
  }
}

run "what_machines_need_is_passed_on" {
  command = plan

  variables {
    path                       = "/finops/"
    external_id                = "shared-secret"
    kinds                      = { batch = ["ec2-instance", "auto-scaling-group"] }
    max_capacity               = 7
    kms_key_arns               = ["arn:aws:kms:eu-west-3:210987654321:key/1234abcd-12ab-34cd-56ef-1234567890ab"]
    license_configuration_arns = ["arn:aws:license-manager:eu-west-3:210987654321:license-configuration:lic-0123456789abcdef"]
  }

  assert {
    condition     = length(setsubtract(["LetVolumesBeDecrypted", "StartLicensedMachines"], [for statement in jsondecode(aws_iam_role_policy.this[0].policy).Statement : statement.Sid])) == 0
    error_message = "keys and licence configurations"
  }
  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.this[0].policy).Statement : statement.Condition.NumericLessThanEquals["autoscaling:MaxSize"] if statement.Sid == "ResizeGroups"] == ["7"]
    error_message = "the largest maximum"
  }
  assert {
    condition     = jsondecode(aws_iam_role.this.assume_role_policy).Statement[0].Condition == { StringEquals = { "sts:ExternalId" = "shared-secret" } } && aws_iam_role.this.path == "/finops/"
    error_message = "the external id is asked for, the path is the common one"
  }
}

run "only_from_within_the_organization" {
  command = plan

  variables {
    external_id     = "shared-secret"
    organization_id = "o-a1b2c3d4e5"
  }

  assert {
    condition     = jsondecode(aws_iam_role.this.assume_role_policy).Statement[0].Condition == { StringEquals = { "aws:PrincipalOrgID" = "o-a1b2c3d4e5", "sts:ExternalId" = "shared-secret" } }
    error_message = "a scheduler whose account has left the organization is turned away"
  }
}

run "an_organization_of_another_form_is_refused" {
  command = plan

  variables {
    organization_id = "123456789012"
  }

  expect_failures = [var.organization_id]
}

# All inline policies of a role end at 10,240 characters, a managed one at 6,144.
run "many_environments_become_managed_policies" {
  command = plan

  variables {
    environments = [for index in range(60) : "team-${index}-staging"]
    kinds        = { for index in range(60) : "team-${index}-staging" => ["auto-scaling-group", "rds-instance", "aurora-cluster", "ec2-instance", "ecs-service", "eks-node-group"] }
  }

  assert {
    condition     = length(aws_iam_role_policy.this) == 0 && keys(aws_iam_policy.this) == ["databases", "groups", "machines", "node-groups", "protection", "services", "snapshots"]
    error_message = "one a subject"
  }
  assert {
    condition     = alltrue([for policy in aws_iam_policy.this : length(policy.policy) <= 6144]) && length(aws_iam_role_policy_attachment.this) == 7
    error_message = "each within AWS's limit, all attached"
  }
}
