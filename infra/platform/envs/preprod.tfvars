# The shape of prod, in office hours only: Monday to Friday 09:00 to 19:00,
# Europe/Paris, put to sleep and woken by Nightcap (nightcap.yaml). Target: 90 USD a month.
environment = "preprod"

# iso: Multi-AZ, two zones, 2/2/4. slim: Single-AZ db.t3.micro, one zone, one instance.
profile = "iso"

shop_url = "https://preprod.shop.example.com"

repository = {
  url = "https://git.example.com/greenleaf/nightcap.git"
  ref = "main"
}

# Its data can be made again, and it must be possible to take it down.
deletion_protection = false
skip_final_snapshot = true
