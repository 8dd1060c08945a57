# The real provider makes these plans without a call, see modules/data/tests; what it would look up is given here.
provider "aws" {
  region                      = "eu-west-3"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

override_data {
  target = data.aws_caller_identity.current
  values = { account_id = "123456789012" }
}
override_data {
  target = module.compute.data.aws_caller_identity.current
  values = { account_id = "123456789012" }
}
override_data {
  target = module.compute.data.aws_ssm_parameter.ami
  values = { insecure_value = "ami-00000000000000000", value = "ami-00000000000000000" }
}
override_data {
  target = module.network.data.aws_caller_identity.current
  values = { account_id = "123456789012" }
}
override_data {
  target = module.network.data.aws_ssm_parameter.nat_ami
  values = { insecure_value = "ami-00000000000000000", value = "ami-00000000000000000" }
}
override_data {
  target = module.budget[0].data.aws_caller_identity.current
  values = { account_id = "123456789012" }
}
override_data {
  target = module.nightcap[0].data.aws_caller_identity.current
  values = { account_id = "123456789012" }
}

variables {
  require_workspace = false
  repository        = { url = "https://git.example.com/greenleaf/nightcap.git" }
  shop_url          = "https://shop.example.com"
  # Any file: only its hash is looked at.
  scheduler_zip = "main.tf"
}

run "dev_has_no_rds_alb_nat_or_redis" {
  command = plan

  variables {
    environment         = "dev"
    deletion_protection = false
    skip_final_snapshot = true
  }

  assert {
    condition     = length(module.data) == 0
    error_message = "no RDS and no Redis: there is no data module"
  }
  assert {
    condition     = output.load_balancer_dns_name == null && output.group_name == null
    error_message = "no load balancer, no group"
  }
  assert {
    condition     = output.nat_group_names == {}
    error_message = "no NAT"
  }
  assert {
    condition     = length(module.nightcap) + length(module.budget) + length(module.registry) == 0
    error_message = "nothing of the account's"
  }
}

run "preprod_has_the_shape_of_prod" {
  command = plan

  variables {
    environment = "preprod"
  }

  assert {
    condition     = output.group_name == "greenleaf-preprod-app" && output.database_identifier == "greenleaf-preprod-db"
    error_message = "a group and a database"
  }
  assert {
    condition     = keys(output.nat_group_names) == ["eu-west-3a", "eu-west-3b"]
    error_message = "a NAT instance in each zone"
  }
  assert {
    condition     = local.capacity == { min = 2, desired = 2, max = 4 } && local.schedule_tags == { "nightcap:environment" = "preprod", Environment = "preprod" }
    error_message = "2/2/4, tagged for Nightcap"
  }
}

# RDS makes no automated backup of a database that is stopped: nightcap.yaml runs preprod from Monday to Friday,
# 09:00 to 19:00 in Paris, which are 08:00-18:00 UTC in winter and 07:00-17:00 in summer.
run "backups_and_maintenance_lie_in_waking_hours" {
  command = plan

  variables {
    environment = "preprod"
  }

  assert {
    condition     = local.windows.backup != "03:00-04:00" && jsonencode(yamldecode(file("../../nightcap.yaml")).schedules.office-hours.windows) == jsonencode([{ start = "0 9 * * MON-FRI", stop = "0 19 * * MON-FRI" }])
    error_message = "the hours that the windows below were chosen for"
  }
  assert {
    condition     = alltrue([for time in split("-", local.windows.backup) : 8 <= tonumber(split(":", time)[0]) && tonumber(split(":", time)[0]) < 17])
    error_message = "the backup, every day"
  }
  assert {
    condition = alltrue([
      for time in split("-", local.windows.maintenance) :
      contains(["mon", "tue", "wed", "thu", "fri"], split(":", time)[0]) && 8 <= tonumber(split(":", time)[1]) && tonumber(split(":", time)[1]) < 17
    ])
    error_message = "maintenance, on a weekday"
  }
}

run "preprod_slim" {
  command = plan

  variables {
    environment = "preprod"
    profile     = "slim"
  }

  assert {
    condition     = local.capacity == { min = 1, desired = 1, max = 1 } && keys(output.nat_group_names) == ["eu-west-3a"]
    error_message = "one instance, one zone, one NAT"
  }
}

run "gateways_instead" {
  command = plan

  variables {
    environment = "preprod"
    nat_mode    = "gateway"
  }

  assert {
    condition     = output.nat_group_names == {}
    error_message = "no NAT instance beside the gateways"
  }
}

run "mysql" {
  command = plan

  variables {
    environment = "preprod"
    engine      = "mysql"
  }

  assert {
    condition     = module.data[0].database_port == 3306
    error_message = "MySQL's port reaches the application"
  }
}

run "prod_carries_what_the_account_has_once" {
  command = plan

  variables {
    environment      = "prod"
    account_services = true
    alert_emails     = ["finance@example.com"]
  }

  assert {
    condition     = length(module.nightcap) == 1 && length(module.budget) == 1 && length(module.registry) == 1
    error_message = "topic, budget, registry and Nightcap"
  }
  assert {
    condition     = !contains(output.nightcap.scheduled_environments, "prod") && contains(output.nightcap.scheduled_environments, "preprod")
    error_message = "prod is never schedulable, preprod is"
  }
  assert {
    condition     = local.windows == { backup = "03:00-04:00", maintenance = "mon:04:00-mon:05:00" }
    error_message = "prod's windows are at night"
  }
  assert {
    condition     = strcontains(output.next_step, "Confirm subscription")
    error_message = "the deployer is told to confirm"
  }
}

run "prod_cannot_lose_its_protection" {
  command = plan

  variables {
    environment         = "prod"
    deletion_protection = false
  }

  expect_failures = [terraform_data.guard_rails]
}

run "prod_cannot_skip_its_final_snapshot" {
  command = plan

  variables {
    environment         = "prod"
    skip_final_snapshot = true
  }

  expect_failures = [terraform_data.guard_rails]
}

run "prod_is_not_slim" {
  command = plan

  variables {
    environment = "prod"
    profile     = "slim"
  }

  expect_failures = [terraform_data.guard_rails]
}

run "another_workspace_is_refused" {
  command = plan

  variables {
    environment       = "prod"
    require_workspace = true
  }

  expect_failures = [terraform_data.guard_rails]
}
