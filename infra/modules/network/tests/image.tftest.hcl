# Applied, one after the other in one state, to a provider that makes nothing.
mock_provider "aws" {
  mock_data "aws_region" {
    defaults = { id = "eu-west-3" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }
  mock_data "aws_ssm_parameter" {
    defaults = { insecure_value = "ami-0000000000000000a" }
  }
  mock_resource "aws_iam_instance_profile" {
    defaults = { arn = "arn:aws:iam::123456789012:instance-profile/greenleaf-preprod-nat" }
  }
  mock_resource "aws_launch_template" {
    defaults = { id = "lt-0123456789abcdef0" }
  }
}

variables {
  name = "greenleaf-preprod"
}

run "the_newest_nat_image_at_first" {
  assert {
    condition     = alltrue([for template in aws_launch_template.nat : template.image_id == "ami-0000000000000000a"])
    error_message = "looked up"
  }
}

run "a_nat_image_is_kept_when_aws_publishes_another" {
  override_data {
    target = data.aws_ssm_parameter.nat_ami[0]
    values = { insecure_value = "ami-0000000000000000b" }
  }

  assert {
    condition     = alltrue([for template in aws_launch_template.nat : template.image_id == "ami-0000000000000000a"])
    error_message = "an unrelated apply changes no NAT"
  }
}

run "a_nat_image_is_taken_with_another_release" {
  variables {
    nat_image_release = "2"
  }
  override_data {
    target = data.aws_ssm_parameter.nat_ami[0]
    values = { insecure_value = "ami-0000000000000000b" }
  }

  assert {
    condition     = alltrue([for template in aws_launch_template.nat : template.image_id == "ami-0000000000000000b"])
    error_message = "the newest of when it was asked for, for the next instance of each group"
  }
}
