mock_provider "aws" {}

variables {
  environments = ["preprod", "batch"]
  kinds        = { batch = ["auto-scaling-group", "rds-instance", "aurora-cluster", "ec2-instance", "ecs-service", "eks-node-group"] }
}

run "rights" {
  command = plan

  module {
    source = "../nightcap-policy"
  }

  variables {
    account_id = "210987654321"
  }
}

run "the_stack_set_has_the_same_rights_in_each_account" {
  command = plan

  module {
    source = "./examples/stack-set"
  }

  variables {
    scheduler_role_arn      = "arn:aws:iam::123456789012:role/nightcap-scheduler"
    organization_id         = "o-a1b2c3d4e5"
    organizational_unit_ids = ["ou-ab12-cdefghij"]
  }

  assert {
    condition     = jsondecode(replace(replace(replace(output.document, "/\\{\"Fn::Sub\":(\"[^\"]*\")\\}/", "$1"), "$${AWS::AccountId}", "210987654321"), "$${AWS::Partition}", "aws")) == jsondecode(run.rights.json)
    error_message = "the text of nightcap-policy, with the account's number in its places"
  }
  assert {
    condition     = !can(regex("[0-9]{12}", output.document)) && strcontains(output.document, "{\"Fn::Sub\":\"arn:$${AWS::Partition}:rds:*:$${AWS::AccountId}:db:*\"}")
    error_message = "no account stands in it"
  }
}
