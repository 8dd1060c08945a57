# Applied, one after the other in one state, to a provider that makes nothing: what an unrelated
# apply does when AWS has published a new image in the meantime, and what a new release does.
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
    defaults = { arn = "arn:aws:iam::123456789012:instance-profile/greenleaf-preprod-app" }
  }
  mock_resource "aws_launch_template" {
    defaults = { id = "lt-0123456789abcdef0" }
  }
  mock_resource "aws_lb" {
    defaults = { arn = "arn:aws:elasticloadbalancing:eu-west-3:123456789012:loadbalancer/app/greenleaf-preprod-alb/0123456789abcdef" }
  }
  mock_resource "aws_lb_target_group" {
    defaults = { arn = "arn:aws:elasticloadbalancing:eu-west-3:123456789012:targetgroup/greenleaf-preprod-app/0123456789abcdef" }
  }
}

variables {
  name                   = "greenleaf-preprod"
  environment            = "preprod"
  vpc_id                 = "vpc-0"
  vpc_cidr               = "10.0.0.0/16"
  public_subnet_ids      = ["subnet-a", "subnet-b"]
  private_subnet_ids     = ["subnet-c", "subnet-d"]
  repository             = { url = "https://git.example.com/greenleaf/nightcap.git" }
  shop_url               = "https://shop.example.com"
  log_group_name         = "/greenleaf/preprod/application"
  log_group_arn          = "arn:aws:logs:eu-west-3:123456789012:log-group:/greenleaf/preprod/application"
  application_secret_arn = "arn:aws:secretsmanager:eu-west-3:123456789012:secret:greenleaf-preprod/app-AbC123"
  database               = { engine = "postgres", host = "db.internal", port = 5432, name = "medusa_db", secret_arn = "arn:aws:secretsmanager:eu-west-3:123456789012:secret:rds-0" }
}

run "the_newest_image_at_first" {
  assert {
    condition     = aws_launch_template.this[0].image_id == "ami-0000000000000000a"
    error_message = "looked up"
  }
}

run "an_image_is_kept_when_aws_publishes_another" {
  override_data {
    target = data.aws_ssm_parameter.ami
    values = { insecure_value = "ami-0000000000000000b" }
  }

  assert {
    condition     = aws_launch_template.this[0].image_id == "ami-0000000000000000a"
    error_message = "an unrelated apply rolls nothing"
  }
}

run "an_image_is_taken_with_another_release" {
  variables {
    image_release = "2"
  }
  override_data {
    target = data.aws_ssm_parameter.ami
    values = { insecure_value = "ami-0000000000000000b" }
  }

  assert {
    condition     = aws_launch_template.this[0].image_id == "ami-0000000000000000b"
    error_message = "the newest of when it was asked for"
  }
}
