# Media in S3, the alternative to the Cloudflare R2 bucket that infra/edge makes.

resource "aws_s3_bucket" "media" {
  # checkov:skip=CKV_AWS_144: the standby's copy of media is R2's or a later step's, see the disaster recovery runbook
  # checkov:skip=CKV_AWS_18: access logs need a second bucket that must be kept; the shop's own logs tell who read what
  # checkov:skip=CKV_AWS_145: SSE-S3; the files are served to the shop's visitors, a customer key would be billed per read
  # checkov:skip=CKV2_AWS_62: nothing reacts to an upload
  count = var.media == "s3" ? 1 : 0

  bucket = coalesce(var.media_bucket_name, "${var.name}-media")

  tags = merge(var.tags, { Name = "${var.name}-media" })
}

resource "aws_s3_bucket_public_access_block" "media" {
  count = var.media == "s3" ? 1 : 0

  bucket                  = aws_s3_bucket.media[0].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_versioning" "media" {
  count = var.media == "s3" ? 1 : 0

  bucket = aws_s3_bucket.media[0].id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "media" {
  count = var.media == "s3" ? 1 : 0

  bucket = aws_s3_bucket.media[0].id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "media" {
  count = var.media == "s3" ? 1 : 0

  bucket = aws_s3_bucket.media[0].id

  rule {
    id     = "old-versions"
    status = "Enabled"

    filter {}

    noncurrent_version_transition {
      noncurrent_days = 30
      storage_class   = "STANDARD_IA"
    }

    noncurrent_version_transition {
      noncurrent_days = 90
      storage_class   = "GLACIER"
    }

    noncurrent_version_expiration {
      noncurrent_days = 180
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  depends_on = [aws_s3_bucket_versioning.media]
}

resource "aws_s3_bucket_cors_configuration" "media" {
  count = var.media == "s3" ? 1 : 0

  bucket = aws_s3_bucket.media[0].id

  cors_rule {
    allowed_methods = ["GET", "HEAD"]
    allowed_origins = [for domain in var.shop_domains : "https://${domain}"]
    allowed_headers = ["*"]
    max_age_seconds = 3600
  }
}
