# Developers try code; data is disposable. Target: 15 USD a month.
environment = "dev"

shop_url = "http://dev.shop.example.com"

repository = {
  url = "https://git.example.com/greenleaf/nightcap.git"
  ref = "main"
}

# Dollars an hour, a bare number: about twice the usual Spot price of a t3.small in
# Paris and below its on-demand price (0.0236).
spot_max_price = "0.0150"

# SSH only from here; without a range, Session Manager is the way in.
ssh_cidrs = []

deletion_protection = false
skip_final_snapshot = true
