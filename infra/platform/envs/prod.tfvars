# Day and night; nothing here may ever stop it. Target: 280 to 300 USD a month.
environment = "prod"

profile             = "iso"
deletion_protection = true
skip_final_snapshot = false

shop_url = "https://shop.example.com"

repository = {
  url = "https://git.example.com/greenleaf/nightcap.git"
  ref = "main"
}

# Alert topic, budget, image registry and Nightcap exist once an account: here, because
# prod is the environment that is always there.
account_services = true

# Each reader gets a mail and must click "Confirm subscription" in it.
alert_emails = ["finance@example.com"]

# Nightcap's two functions, where `make package` puts them. The budget guard plans the
# month from the inventory, and warns; it may stop nothing. Where the environments differ
# from the defaults, say so: "greenleaf:preprod=slim,nat=gateway".
budget_guard_zip   = "../../target/lambda/budget-guard/bootstrap.zip"
nightcap_inventory = "greenleaf"
