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
    condition     = length([for statement in jsondecode(output.json).Statement : statement if statement.Effect == "Deny"]) == 4
    error_message = "production is denied by three tags, and moving resources between environments"
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
    condition     = length(output.json) < 7500
    error_message = "inline policies of a role are 10,240 characters in all: ${length(output.json)}, and the scheduler has another"
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
