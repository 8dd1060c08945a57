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
      for statement in jsondecode(output.json).Statement : can(statement.Condition) || contains(["SeeGroups", "SeeDatabases", "SnapshotAtStop"], statement.Sid)
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
