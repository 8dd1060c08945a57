output "shop_url" {
  description = "Public address of the shop."
  value       = "https://${cloudflare_dns_record.shop.name}"
}

output "media_secret_arn" {
  description = "Secret with S3_URL, S3_BUCKET, S3_REGION, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY and S3_ENDPOINT: `media_secret_arn` of infra/platform."
  value       = aws_secretsmanager_secret.media.arn
}

output "media_bucket" {
  description = "Name of the R2 bucket."
  value       = cloudflare_r2_bucket.media.name
}

output "media_s3_endpoint" {
  description = "S3 endpoint of R2."
  value       = local.s3_endpoint
}
