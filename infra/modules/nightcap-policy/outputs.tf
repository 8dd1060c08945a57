output "statements" {
  description = "The policy's statements as JSON, for a role that has others besides."
  value       = local.statements
}

output "json" {
  description = "The whole policy document."
  value       = format("{\"Version\":\"2012-10-17\",\"Statement\":[%s]}", join(",", local.statements))
}
