output "database_identifier" {
  description = "Identifier of the RDS instance."
  value       = aws_db_instance.this.identifier
}

output "database_arn" {
  description = "ARN of the RDS instance."
  value       = aws_db_instance.this.arn
}

output "database_endpoint" {
  description = "Host name of the database."
  value       = aws_db_instance.this.address
}

output "database_port" {
  description = "Port of the database: 5432 or 3306."
  value       = local.engine.port
}

output "database_name" {
  description = "Name of the database."
  value       = aws_db_instance.this.db_name
}

output "database_secret_arn" {
  description = "ARN of the secret that holds the master user's name and password."
  value       = local.managed ? aws_db_instance.this.master_user_secret[0].secret_arn : aws_cloudformation_stack.master[0].outputs["Arn"]
}

output "replica_endpoint" {
  description = "Host name of the read replica, or null."
  value       = one([for replica in aws_db_instance.replica : replica.address])
}

output "cache_endpoint" {
  description = "Host name of Redis: the node's, or the replication group's primary."
  value       = local.cache_highly_available ? aws_elasticache_replication_group.this[0].primary_endpoint_address : aws_elasticache_cluster.single[0].cache_nodes[0].address
}

output "cache_tls" {
  description = "Whether Redis is reached over TLS (rediss://)."
  value       = local.cache_highly_available
}

output "cache_secret_arn" {
  description = "ARN of the secret that holds the Redis AUTH token, or null."
  value       = local.cache_highly_available ? aws_cloudformation_stack.cache_token[0].outputs["Arn"] : null
}

output "media_bucket" {
  description = "Name of the S3 media bucket, or null if media live in R2."
  value       = one([for bucket in aws_s3_bucket.media : bucket.id])
}

output "security_group_id" {
  description = "Security group of the database and the cache."
  value       = aws_security_group.data.id
}

output "log_group_names" {
  description = "CloudWatch log groups of the database."
  value       = [for group in aws_cloudwatch_log_group.database : group.name]
}
