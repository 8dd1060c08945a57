# No provider: the policy is text. What it allows and denies is simulated by tests/infra/verify.

variables {
  account_id = "123456789012"
}

run "policy" {
  command = plan

  variables {
    environments = ["preprod"]
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(output.json).Statement : can(statement.Condition) || contains(["SeeGroups", "SeeDatabases", "SeeSnapshots", "SnapshotAtStop"], statement.Sid)
    ])
    error_message = "whatever changes an existing resource does so under a condition"
  }
  assert {
    condition     = length([for statement in jsondecode(output.json).Statement : statement if statement.Effect == "Deny"]) == 5
    error_message = "production is denied by four tags, and moving resources between environments"
  }
  assert {
    condition     = length(output.json) < 10240
    error_message = "inline policies of a role end at 10,240 characters"
  }
}

run "no_wider_than_the_configuration" {
  command = plan

  variables {
    environments          = ["preprod", "dev"]
    kinds                 = { dev = ["ec2-instance"], preprod = ["rds-instance"] }
    snapshot_environments = []
  }

  assert {
    condition = toset([for statement in jsondecode(output.json).Statement : statement.Sid if statement.Effect == "Allow"]) == toset([
      "SeeDatabases", "StopAndStartInstances", "SeeMachines", "StopAndStartMachines",
    ])
    error_message = "a kind no environment has gets no right, nor do snapshots nobody takes"
  }
  assert {
    condition = alltrue([
      for statement in jsondecode(output.json).Statement : statement.Condition.StringEquals["aws:ResourceTag/nightcap:environment"] == {
        StopAndStartInstances = ["preprod"], StopAndStartMachines = ["dev"]
      }[statement.Sid] if contains(["StopAndStartInstances", "StopAndStartMachines"], statement.Sid)
    ])
    error_message = "each kind in the environments that list it"
  }
}

run "every_kind_fits_a_role" {
  command = plan

  variables {
    environments = ["preprod", "dev", "staging"]
    kinds = {
      for name in ["preprod", "dev", "staging"] : name => ["auto-scaling-group", "rds-instance", "aurora-cluster", "ec2-instance", "ecs-service", "eks-node-group"]
    }
  }

  assert {
    condition     = length(output.json) < 7840
    error_message = "inline policies of a role are 10,240 characters in all: ${length(output.json)}, and the scheduler has another"
  }
  assert {
    condition     = output.size >= length(output.json) && alltrue([for name, part in output.parts : output.part_sizes[name] >= length(part)])
    error_message = "the sizes that are known beforehand are never too small"
  }
  assert {
    condition     = toset(flatten([for part in output.parts : [for statement in jsondecode(part).Statement : statement.Sid]])) == toset([for statement in jsondecode(output.json).Statement : statement.Sid])
    error_message = "the parts say together what the whole says"
  }
  assert {
    condition     = length(distinct([for statement in jsondecode(output.json).Statement : statement.Sid])) == length(jsondecode(output.json).Statement)
    error_message = "every statement has a name of its own"
  }
}

# What is read is read of everything that bears the tag, production included: a read that asks for
# the value of an environment fails on the first resource of another, and with it the region.
run "reading_never_asks_for_an_environment" {
  command = plan

  variables {
    environments = ["dev"]
    kinds        = { dev = ["auto-scaling-group", "rds-instance", "aurora-cluster", "ec2-instance", "ecs-service", "eks-node-group"] }
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(output.json).Statement : !can(statement.Condition) if statement.Effect == "Allow" && anytrue([
        for action in flatten([statement.Action]) : can(regex(":(Describe|List|Get)", action))
      ])
    ])
    error_message = "a reading action stands under a condition"
  }
}

run "keys_and_licences_of_machines" {
  command = plan

  variables {
    environments               = ["dev"]
    kinds                      = { dev = ["ec2-instance"] }
    kms_key_arns               = ["arn:aws:kms:eu-west-3:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"]
    license_configuration_arns = ["arn:aws:license-manager:eu-west-3:123456789012:license-configuration:lic-0123456789abcdef"]
  }

  assert {
    condition = [for statement in jsondecode(output.json).Statement : jsonencode(statement.Condition) if statement.Sid == "LetVolumesBeDecrypted"] == [jsonencode({
      Bool                        = { "kms:GrantIsForAWSResource" = "true" }
      "ForAllValues:StringEquals" = { "kms:EncryptionContextKeys" = ["aws:ebs:id"], "kms:GrantOperations" = ["Decrypt"] }
      Null                        = { "kms:EncryptionContextKeys" = "false", "kms:GrantOperations" = "false" }
      StringLike                  = { "kms:ViaService" = ["ec2.*.amazonaws.com", "ec2.*.amazonaws.com.cn"] }
    })]
    error_message = "a grant for EBS, through EC2, to decrypt a volume; nothing else"
  }
  assert {
    condition = [for statement in jsondecode(output.json).Statement : jsonencode([statement.Action, statement.Resource]) if statement.Sid == "StartLicensedMachines"] == [
      jsonencode(["ec2:StartInstances", var.license_configuration_arns])
    ]
    error_message = "a start on these licence configurations, no stop"
  }
}

run "no_key_for_kinds_without_machines" {
  command = plan

  variables {
    environments = ["dev"]
    kms_key_arns = ["arn:aws:kms:eu-west-3:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"]
  }

  assert {
    condition     = !strcontains(output.json, "kms:")
    error_message = "a group's machines are started by Auto Scaling's own role"
  }
}

run "an_alias_is_no_key" {
  command = plan

  variables {
    environments = ["dev"]
    kms_key_arns = ["arn:aws:kms:eu-west-3:123456789012:alias/volumes"]
  }

  expect_failures = [var.kms_key_arns]
}

run "other_partitions" {
  command = plan

  variables {
    environments = ["dev"]
    partition    = "aws-us-gov"
  }

  assert {
    condition     = !strcontains(output.json, "arn:aws:") && !strcontains(output.json, "@")
    error_message = "every ARN is of the partition"
  }
}

run "an_unknown_kind_is_refused" {
  command = plan

  variables {
    environments = ["dev"]
    kinds        = { dev = ["ec2-machine"] }
  }

  expect_failures = [var.kinds]
}

run "prod_is_never_schedulable" {
  command = plan

  variables {
    environments = ["preprod", "PROD"]
  }

  expect_failures = [var.environments]
}

run "live_is_never_schedulable" {
  command = plan

  variables {
    environments = ["live"]
  }

  expect_failures = [var.environments]
}

run "a_wildcard_is_no_environment" {
  command = plan

  variables {
    environments = ["*"]
  }

  expect_failures = [var.environments]
}

run "protection_cannot_be_taken_away" {
  command = plan

  variables {
    environments     = ["preprod"]
    protected_values = ["prod"]
  }

  expect_failures = [var.protected_values]
}

# `nightcap doctor` makes the policy of a configuration from these two files.
run "what_the_command_knows_is_this" {
  command = plan

  module {
    source = "./tests/render"
  }

  assert {
    condition     = jsondecode(output.rights) == jsondecode(file("./rights.json"))
    error_message = "rights.json is not this module's rendering any more: tests/render/main.tf says how to make it anew"
  }
  assert {
    condition     = jsondecode(output.every) == jsondecode(file("./tests/every.json"))
    error_message = "tests/every.json is not this module's rendering any more: tests/render/main.tf says how to make it anew"
  }
}
