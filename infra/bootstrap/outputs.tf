output "state_bucket" {
  description = "Name of the state bucket, for `-backend-config=bucket=…`."
  value       = aws_s3_bucket.state.id
}

output "lock_table" {
  description = "Name of the DynamoDB lock table, for Terraform older than 1.10."
  value       = aws_dynamodb_table.lock.name
}

output "backend_hcl" {
  description = "Contents of a backend.hcl for the other roots: `terraform init -backend-config=backend.hcl`."
  value       = <<-EOT
    bucket       = "${aws_s3_bucket.state.id}"
    region       = "${var.region}"
    encrypt      = true
    use_lockfile = true
  EOT
}
