output "statements" {
  description = "The policy's statements as JSON, for a role that has others besides."
  value       = local.statements
}

output "json" {
  description = "The whole policy document."
  value       = format(local.document, join(",", local.statements))
}

output "size" {
  description = "Characters of the whole policy document, never too few, known before the account is."
  value       = sum(values(local.sizes))
}

output "parts" {
  description = "The same as documents of one subject each, for managed policies, which end at 6,144 characters."
  value       = { for name, statements in local.parts : name => format(local.document, join(",", statements)) }
}

output "part_sizes" {
  description = "Characters of each part, never too few, known before the account is."
  value       = local.sizes
}
