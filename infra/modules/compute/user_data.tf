locals {
  ecr = "${local.account}.dkr.ecr.${local.region}.${local.suffix}"

  # /etc/greenleaf/app.conf, the contract with infra/app. Secrets are named by ARN
  # and fetched at boot: user data can be read by whoever may describe an instance.
  conf = merge(
    {
      APP_ENV          = var.environment
      AWS_REGION       = local.region
      APP_SECRET_ARN   = local.application_secret_arn
      BACKEND_IMAGE    = coalesce(var.backend_image, "${local.ecr}/medusa-backend:${var.image_tag}")
      STOREFRONT_IMAGE = coalesce(var.storefront_image, "${local.ecr}/medusa-storefront:${var.image_tag}")
      SHOP_URL         = var.shop_url
      LOG_GROUP        = var.log_group_name
    },
    var.database == null ? {} : {
      DATABASE_ENGINE     = var.database.engine
      DATABASE_HOST       = var.database.host
      DATABASE_PORT       = tostring(var.database.port)
      DATABASE_NAME       = var.database.name
      DATABASE_SECRET_ARN = var.database.secret_arn
    },
    var.cache == null ? {} : {
      REDIS_HOST = var.cache.host
      REDIS_PORT = "6379"
      REDIS_TLS  = tostring(var.cache.tls)
    },
    # Two objects, not one with a null: a key without a value is not the same as no key.
    var.cache == null ? {} : { for key, arn in { REDIS_SECRET_ARN = var.cache.secret_arn } : key => arn if var.cache.authenticated },
    { for key, arn in { MEDIA_SECRET_ARN = var.media.secret_arn } : key => arn if arn != null },
    { for key, bucket in { S3_BUCKET = var.media.bucket } : key => bucket if bucket != null },
    var.media.bucket == null ? {} : {
      S3_URL      = "https://${var.media.bucket}.s3.${local.region}.${local.suffix}"
      S3_REGION   = local.region
      S3_ENDPOINT = "https://s3.${local.region}.${local.suffix}"
    },
  )

  user_data = base64encode(join("\n", [
    "#!/bin/bash",
    "export OPERATING_SYSTEM='${var.operating_system}'",
    "export REPOSITORY_URL='${var.repository.url}'",
    "export REPOSITORY_REF='${var.repository.ref}'",
    "export BOOT_GROUP='${local.single ? "" : local.group_name}' BOOT_HOOK='${local.boot_hook}' AWS_DEFAULT_REGION='${local.region}'",
    "install -d -m 0755 /etc/greenleaf",
    "cat >/etc/greenleaf/app.conf <<'END_OF_CONF'",
    join("\n", [for key, value in local.conf : "${key}=${value}"]),
    "END_OF_CONF",
    file("${path.module}/templates/application.sh"),
  ]))
}
