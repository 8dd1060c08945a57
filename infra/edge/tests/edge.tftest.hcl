# A mock cannot fill a computed list of objects: the token's permission group, picked from one, is checked by
# tests/infra/infra_checks/edge.py.
mock_provider "cloudflare" {}

mock_provider "aws" {
  mock_resource "aws_secretsmanager_secret" {
    defaults = { id = "arn:aws:secretsmanager:eu-west-3:123456789012:secret:greenleaf-prod/media-AbC123", arn = "arn:aws:secretsmanager:eu-west-3:123456789012:secret:greenleaf-prod/media-AbC123" }
  }
}

variables {
  cloudflare_account_id  = "0123456789abcdef0123456789abcdef"
  zone_id                = "fedcba9876543210fedcba9876543210"
  shop_domain            = "shop.example.com"
  media_domain           = "media.example.com"
  load_balancer_dns_name = "greenleaf-prod-alb-1234567890.eu-west-3.elb.amazonaws.com"
}

run "shop_behind_cloudflare" {
  # Nothing is called: both providers are mocks, whose made-up values the secret then holds.
  command = apply

  override_resource {
    target = cloudflare_api_token.media
    values = { id = "access-key-id", value = "token" }
  }

  assert {
    condition     = cloudflare_dns_record.shop.proxied && cloudflare_dns_record.shop.type == "CNAME" && cloudflare_dns_record.shop.content == var.load_balancer_dns_name && cloudflare_dns_record.shop.ttl == 1
    error_message = "the shop's record is proxied to the load balancer"
  }
  assert {
    condition     = cloudflare_dns_record.shop.name == "shop.example.com" && output.shop_url == "https://shop.example.com"
    error_message = "under the shop's name"
  }
  assert {
    condition     = cloudflare_zone_setting.ssl.setting_id == "ssl" && cloudflare_zone_setting.ssl.value == "full"
    error_message = "TLS mode Full by default"
  }
  assert {
    condition     = cloudflare_zone_setting.always_use_https.value == "on" && cloudflare_zone_setting.min_tls_version.value == "1.2"
    error_message = "HTTPS only, and nothing older than TLS 1.2"
  }
  assert {
    condition     = cloudflare_r2_bucket.media.name == "greenleaf-media" && cloudflare_r2_custom_domain.media.bucket_name == "greenleaf-media" && cloudflare_r2_custom_domain.media.domain == "media.example.com" && cloudflare_r2_custom_domain.media.enabled
    error_message = "the bucket greenleaf-media, served under its own name"
  }
  assert {
    condition     = cloudflare_r2_bucket_cors.media.rules[0].allowed.methods == tolist(["GET", "HEAD"]) && cloudflare_r2_bucket_cors.media.rules[0].allowed.origins == tolist(["https://shop.example.com"])
    error_message = "read from the shop's pages only"
  }
  assert {
    condition     = output.media_s3_endpoint == "https://0123456789abcdef0123456789abcdef.r2.cloudflarestorage.com"
    error_message = "R2's S3 endpoint"
  }
  assert {
    condition = jsondecode(aws_secretsmanager_secret_version.media.secret_string) == {
      S3_URL               = "https://media.example.com"
      S3_BUCKET            = "greenleaf-media"
      S3_REGION            = "auto"
      S3_ACCESS_KEY_ID     = "access-key-id"
      S3_SECRET_ACCESS_KEY = sha256("token")
      S3_ENDPOINT          = "https://0123456789abcdef0123456789abcdef.r2.cloudflarestorage.com"
    }
    error_message = "the six settings of the application, the secret key as R2 derives it"
  }
  assert {
    condition     = aws_secretsmanager_secret.media.name == "greenleaf-prod/media" && output.media_secret_arn == aws_secretsmanager_secret.media.arn
    error_message = "in the secret that the application's role reads"
  }
}

run "token_is_for_one_bucket" {
  command = apply

  variables {
    media_bucket_name = "another-bucket"
  }

  assert {
    condition     = [for policy in cloudflare_api_token.media.policies : [policy.effect, jsondecode(policy.resources)]] == [["allow", { "com.cloudflare.edge.r2.bucket.0123456789abcdef0123456789abcdef_default_another-bucket" = "*" }]]
    error_message = "one policy, on one bucket"
  }
}

run "only_a_load_balancer" {
  command = plan

  variables {
    load_balancer_dns_name = "shop.example.org"
  }

  expect_failures = [var.load_balancer_dns_name]
}

run "tls_mode_is_one_of_cloudflares" {
  command = plan

  variables {
    tls_mode = "off"
  }

  expect_failures = [var.tls_mode]
}

run "a_standby_reads_the_secret_where_it_is" {
  command = plan

  variables {
    secret_replica_regions = ["eu-west-1"]
    load_balancer_dns_name = "greenleaf-prod-alb-1234567890.cn-north-1.elb.amazonaws.com.cn"
  }

  assert {
    condition     = [for copy in aws_secretsmanager_secret.media.replica : copy.region] == ["eu-west-1"]
    error_message = "replicated, and a load balancer of another partition is one too"
  }
}
