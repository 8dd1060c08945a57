mock_provider "aws" {
  mock_data "aws_ssm_parameter" {
    defaults = { insecure_value = "ami-0000000000000000a" }
  }
  mock_resource "aws_launch_template" {
    defaults = { id = "lt-0123456789abcdef0" }
  }
  mock_resource "aws_iam_instance_profile" {
    defaults = { arn = "arn:aws:iam::123456789012:instance-profile/greenleaf-preprod-nat" }
  }
  mock_data "aws_region" {
    defaults = { id = "eu-west-3" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }
}

run "instances_by_default" {
  command = plan

  variables {
    name = "greenleaf-preprod"
  }

  assert {
    condition     = aws_vpc.this.cidr_block == "10.0.0.0/16"
    error_message = "the VPC is 10.0.0.0/16"
  }
  assert {
    condition     = [for zone in ["eu-west-3a", "eu-west-3b"] : aws_subnet.public[zone].cidr_block] == ["10.0.1.0/24", "10.0.2.0/24"]
    error_message = "the public subnets are 10.0.1.0/24 and 10.0.2.0/24"
  }
  assert {
    condition     = [for zone in ["eu-west-3a", "eu-west-3b"] : aws_subnet.private[zone].cidr_block] == ["10.0.10.0/24", "10.0.20.0/24"]
    error_message = "the private subnets are 10.0.10.0/24 and 10.0.20.0/24"
  }
  assert {
    condition     = length(aws_route_table.private) == 2 && length(aws_route.nat_instance) == 2
    error_message = "each zone has a private route table of its own, with a default route"
  }
  assert {
    condition     = length(aws_autoscaling_group.nat) == 2 && alltrue([for group in aws_autoscaling_group.nat : group.min_size == 1 && group.max_size == 1])
    error_message = "one NAT instance a zone, kept at one"
  }
  assert {
    condition     = alltrue([for interface in aws_network_interface.nat : !interface.source_dest_check])
    error_message = "the NAT interface forwards what is not its own"
  }
  assert {
    condition     = alltrue([for template in aws_launch_template.nat : template.instance_type == "t3.nano" && template.metadata_options[0].http_tokens == "required"])
    error_message = "NAT instances are t3.nano with IMDSv2 only"
  }
  assert {
    condition     = aws_vpc_security_group_ingress_rule.nat_vpc[0].cidr_ipv4 == "10.0.0.0/16"
    error_message = "the NAT's security group lets the VPC in"
  }
  assert {
    condition     = length(aws_nat_gateway.this) == 0 && length(aws_eip.nat) == 0
    error_message = "no NAT gateway beside the instances"
  }
  assert {
    condition     = alltrue([for group in aws_autoscaling_group.nat : alltrue([for tag in group.tag : tag.key != "nightcap:environment"])])
    error_message = "NAT instances are never scheduled"
  }
}

run "a_new_image_or_template_rolls_no_nat" {
  command = plan

  variables {
    name              = "greenleaf-preprod"
    nat_image_release = "2026-12"
  }

  assert {
    condition     = alltrue([for group in aws_autoscaling_group.nat : length(group.instance_refresh) == 0])
    error_message = "both zones would be without a NAT at once"
  }
  assert {
    condition     = terraform_data.nat_image[0].triggers_replace == ["2026-12"]
    error_message = "the image is looked up anew when it is asked for"
  }
  assert {
    condition     = alltrue([for group in aws_autoscaling_group.nat : contains(group.enabled_metrics, "GroupInServiceInstances")])
    error_message = "a zone without a NAT can be told"
  }
}

run "govcloud" {
  command = plan

  override_data {
    target = data.aws_partition.current
    values = { partition = "aws-us-gov", dns_suffix = "amazonaws.com" }
  }
  override_data {
    target = data.aws_region.current
    values = { id = "us-gov-west-1" }
  }
  variables {
    name               = "greenleaf-preprod"
    availability_zones = ["us-gov-west-1a", "us-gov-west-1b"]
  }

  assert {
    condition     = startswith(aws_iam_role_policy_attachment.nat_session_manager[0].policy_arn, "arn:aws-us-gov:")
    error_message = "ARNs are of the partition"
  }
}

run "gateways" {
  command = plan

  variables {
    name                 = "greenleaf-prod"
    nat_mode             = "gateway"
    private_subnet_cidrs = ["10.0.11.0/24", "10.0.12.0/24"]
  }

  assert {
    condition     = length(aws_nat_gateway.this) == 2 && length(aws_route.nat_gateway) == 2
    error_message = "one NAT gateway a zone"
  }
  assert {
    condition     = length(aws_autoscaling_group.nat) == 0 && length(aws_network_interface.nat) == 0 && length(aws_iam_role.nat) == 0
    error_message = "no NAT instance beside the gateways"
  }
  assert {
    condition     = aws_subnet.private["eu-west-3b"].cidr_block == "10.0.12.0/24"
    error_message = "the variant of the private ranges is taken"
  }
}

run "none" {
  command = plan

  variables {
    name     = "greenleaf-dev"
    nat_mode = "none"
  }

  assert {
    condition     = length(aws_nat_gateway.this) + length(aws_autoscaling_group.nat) + length(aws_route.nat_instance) + length(aws_route.nat_gateway) == 0
    error_message = "neither instance nor gateway, nor a route to one"
  }
}

run "ways_out" {
  # The mock gives the identifiers by which routes name what they lead to.
  command = apply

  variables {
    name = "greenleaf-preprod"
  }

  assert {
    condition     = aws_route.internet.gateway_id == aws_internet_gateway.this.id && aws_route.internet.destination_cidr_block == "0.0.0.0/0" && aws_route.internet.route_table_id == aws_route_table.public.id
    error_message = "the public route table leads to the Internet gateway"
  }
  assert {
    condition     = alltrue([for zone, link in aws_route_table_association.public : link.route_table_id == aws_route_table.public.id && link.subnet_id == aws_subnet.public[zone].id])
    error_message = "which both public subnets use"
  }
  assert {
    condition     = alltrue([for zone, link in aws_route_table_association.private : link.route_table_id == aws_route_table.private[zone].id && link.subnet_id == aws_subnet.private[zone].id])
    error_message = "each private subnet uses the route table of its zone"
  }
  assert {
    condition = alltrue([
      for zone, route in aws_route.nat_instance : route.destination_cidr_block == "0.0.0.0/0" && route.route_table_id == aws_route_table.private[zone].id && route.network_interface_id == aws_network_interface.nat[zone].id
    ]) && aws_network_interface.nat["eu-west-3a"].id != aws_network_interface.nat["eu-west-3b"].id
    error_message = "each private route table leads to its own zone's NAT"
  }
  assert {
    condition     = alltrue([for zone, interface in aws_network_interface.nat : interface.subnet_id == aws_subnet.public[zone].id])
    error_message = "which stands in that zone's public subnet"
  }
  assert {
    condition     = strcontains(data.aws_ssm_parameter.nat_ami[0].name, "/al2023-ami-")
    error_message = "Amazon Linux 2023, looked up"
  }
}

run "one_zone" {
  command = plan

  variables {
    name           = "greenleaf-preprod"
    nat_zone_count = 1
  }

  assert {
    condition     = keys(aws_autoscaling_group.nat) == ["eu-west-3a"] && length(aws_route.nat_instance) == 2
    error_message = "one NAT, which both zones use"
  }
}

run "a_scheduling_tag_is_refused" {
  command = plan

  variables {
    name = "greenleaf-preprod"
    tags = { "nightcap:environment" = "preprod" }
  }

  expect_failures = [var.tags]
}

# Applied, one after the other in one state, to a provider that makes nothing: AWS has published a
# new image in the meantime.
run "the_newest_nat_image_at_first" {
  variables {
    name = "greenleaf-preprod"
  }

  assert {
    condition     = alltrue([for template in aws_launch_template.nat : template.image_id == "ami-0000000000000000a"])
    error_message = "looked up"
  }
}

run "a_nat_image_is_kept_when_aws_publishes_another" {
  variables {
    name = "greenleaf-preprod"
  }

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
    name              = "greenleaf-preprod"
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
