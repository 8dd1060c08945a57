# The shop's edge: DNS record proxied to the load balancer, TLS mode, media bucket, and
# the bucket's credentials handed to the application through Secrets Manager.
# DDoS protection and the managed WAF rules come with the zone's plan and the proxied record.

locals {
  s3_endpoint = "https://${var.cloudflare_account_id}.r2.cloudflarestorage.com"
}

resource "cloudflare_dns_record" "shop" {
  zone_id = var.zone_id
  name    = var.shop_domain
  type    = "CNAME"
  content = var.load_balancer_dns_name
  proxied = true
  ttl     = 1 # automatic, the only value a proxied record takes
  comment = "GreenLeaf ${var.environment}; a fail-over points it at the standby's load balancer"
}

# Full: Cloudflare speaks TLS with the load balancer as well. Its listener on 443 needs
# a certificate (certificate_arn in infra/platform), or the shop answers error 521.
resource "cloudflare_zone_setting" "ssl" {
  zone_id    = var.zone_id
  setting_id = "ssl"
  value      = var.tls_mode
}

resource "cloudflare_zone_setting" "always_use_https" {
  zone_id    = var.zone_id
  setting_id = "always_use_https"
  value      = "on"
}

resource "cloudflare_zone_setting" "min_tls_version" {
  zone_id    = var.zone_id
  setting_id = "min_tls_version"
  value      = "1.2"
}

resource "cloudflare_r2_bucket" "media" {
  account_id = var.cloudflare_account_id
  name       = var.media_bucket_name
  location   = "WEUR"
}

resource "cloudflare_r2_custom_domain" "media" {
  account_id  = var.cloudflare_account_id
  bucket_name = cloudflare_r2_bucket.media.name
  zone_id     = var.zone_id
  domain      = var.media_domain
  enabled     = true
  min_tls     = "1.2"
}

resource "cloudflare_r2_bucket_cors" "media" {
  account_id  = var.cloudflare_account_id
  bucket_name = cloudflare_r2_bucket.media.name

  rules = [{
    id              = "shop"
    max_age_seconds = 3600
    allowed = {
      methods = ["GET", "HEAD"]
      origins = ["https://${var.shop_domain}"]
      headers = ["*"]
    }
  }]
}

# All of them, picked by name below: the data source's own filter wants the name
# URL-encoded, and how has differed between versions.
data "cloudflare_api_token_permission_groups_list" "all" {}

# R2's S3 credentials are an API token: the access key is its id, the secret key the
# SHA-256 of its value. It may write this one bucket.
resource "cloudflare_api_token" "media" {
  name = "greenleaf-${var.environment}-media"

  policies = [{
    effect            = "allow"
    permission_groups = [for group in data.cloudflare_api_token_permission_groups_list.all.result : { id = group.id } if group.name == "Workers R2 Storage Bucket Item Write"]
    resources = jsonencode({
      "com.cloudflare.edge.r2.bucket.${var.cloudflare_account_id}_default_${cloudflare_r2_bucket.media.name}" = "*"
    })
  }]
}

# The provider keeps the token in this root's state, which is encrypted and read by
# whoever applies the edge; the application reads it from here, by its role.
resource "aws_secretsmanager_secret" "media" {
  # checkov:skip=CKV_AWS_149: AWS's own key; the token it holds reaches one media bucket
  # checkov:skip=CKV2_AWS_57: the token is Cloudflare's; it is rotated by replacing cloudflare_api_token.media
  name        = "greenleaf-${var.environment}/media"
  description = "R2 credentials of ${cloudflare_r2_bucket.media.name}"

  # The standby's instances read it where they are: its home region may be what failed.
  dynamic "replica" {
    for_each = var.secret_replica_regions

    content {
      region = replica.value
    }
  }
}

resource "aws_secretsmanager_secret_version" "media" {
  secret_id = aws_secretsmanager_secret.media.id

  secret_string = jsonencode({
    S3_URL               = "https://${var.media_domain}"
    S3_BUCKET            = cloudflare_r2_bucket.media.name
    S3_REGION            = "auto"
    S3_ACCESS_KEY_ID     = cloudflare_api_token.media.id
    S3_SECRET_ACCESS_KEY = sha256(cloudflare_api_token.media.value)
    S3_ENDPOINT          = local.s3_endpoint
  })
}
