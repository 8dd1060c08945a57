output "role_arn" {
  description = "ARN to list under `environments.<name>.roles` in nightcap.yaml."
  value       = aws_iam_role.this.arn
}
