mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
}

run "images_stay_where_they_are_by_default" {
  command = plan

  assert {
    condition     = length(aws_ecr_replication_configuration.this) == 0 && alltrue([for repository in aws_ecr_repository.this : repository.image_tag_mutability == "IMMUTABLE"])
    error_message = "immutable tags, no copies"
  }
}

run "a_standby_has_its_own_copies" {
  command = plan

  variables {
    replica_regions = ["eu-west-1"]
  }

  assert {
    condition     = [for destination in aws_ecr_replication_configuration.this[0].replication_configuration[0].rule[0].destination : "${destination.registry_id} ${destination.region}"] == ["123456789012 eu-west-1"]
    error_message = "to this account's registry there"
  }
  assert {
    condition     = toset([for filter in aws_ecr_replication_configuration.this[0].replication_configuration[0].rule[0].repository_filter : filter.filter]) == toset(["medusa-backend", "medusa-storefront"])
    error_message = "both images"
  }
}
