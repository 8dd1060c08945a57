locals {
  cache_highly_available = var.cache_mode == "replicated"
}

resource "aws_elasticache_subnet_group" "this" {
  name        = "${var.name}-cache"
  description = "Private subnets of ${var.name}"
  subnet_ids  = var.subnet_ids

  tags = var.tags
}

resource "aws_elasticache_cluster" "single" {
  # checkov:skip=CKV_AWS_134: a cache of one node whose contents can be lost; sessions in it are made again
  count = local.cache_highly_available ? 0 : 1

  cluster_id                 = "${var.name}-redis"
  engine                     = "redis"
  engine_version             = "7.1"
  parameter_group_name       = "default.redis7"
  node_type                  = coalesce(var.cache_node_type, "cache.t3.micro")
  num_cache_nodes            = 1
  port                       = 6379
  subnet_group_name          = aws_elasticache_subnet_group.this.name
  security_group_ids         = [aws_security_group.data.id]
  availability_zone          = var.single_zone
  maintenance_window         = "mon:04:00-mon:05:00"
  auto_minor_version_upgrade = true
  apply_immediately          = var.apply_immediately

  tags = merge(var.tags, { Name = "${var.name}-redis" })
}

# The AUTH token is made by Secrets Manager. ElastiCache's API takes no secret
# reference and the provider has no write-only argument for it, so, unlike the
# database password, it does reach the (encrypted, private) state.
resource "aws_cloudformation_stack" "cache_token" {
  # checkov:skip=CKV_AWS_124: a one-resource stack, made and removed by the person who reads this plan
  count = local.cache_highly_available ? 1 : 0

  name = "${var.name}-cache-token"

  template_body = jsonencode({
    Resources = {
      Secret = {
        Type = "AWS::SecretsManager::Secret"
        Properties = {
          Name        = "${var.name}/cache-token"
          Description = "AUTH token of ${var.name}-redis"
          # 16 to 128 printable characters; punctuation is restricted and would need escaping in a URL.
          GenerateSecretString = { PasswordLength = 64, ExcludePunctuation = true }
        }
      }
    }
    Outputs = { Arn = { Value = { Ref = "Secret" } } }
  })

  tags = var.tags
}

data "aws_secretsmanager_secret_version" "cache_token" {
  count = local.cache_highly_available ? 1 : 0

  secret_id = aws_cloudformation_stack.cache_token[0].outputs["Arn"]
}

resource "aws_elasticache_replication_group" "this" {
  # checkov:skip=CKV_AWS_191: AWS's own key; a customer key is a setting (kms_key_arn)
  count = local.cache_highly_available ? 1 : 0

  replication_group_id       = "${var.name}-redis"
  description                = "Sessions and cache of ${var.name}"
  engine                     = "redis"
  engine_version             = "7.1"
  parameter_group_name       = "default.redis7"
  node_type                  = coalesce(var.cache_node_type, "cache.t3.small")
  num_cache_clusters         = 2
  automatic_failover_enabled = true
  multi_az_enabled           = true
  port                       = 6379
  subnet_group_name          = aws_elasticache_subnet_group.this.name
  security_group_ids         = [aws_security_group.data.id]
  at_rest_encryption_enabled = true
  kms_key_id                 = var.kms_key_arn
  transit_encryption_enabled = true
  auth_token                 = data.aws_secretsmanager_secret_version.cache_token[0].secret_string
  maintenance_window         = "mon:04:00-mon:05:00"
  auto_minor_version_upgrade = true
  apply_immediately          = var.apply_immediately

  tags = merge(var.tags, { Name = "${var.name}-redis" })
}
