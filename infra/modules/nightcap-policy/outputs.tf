output "statements" {
  description = "The policy's statements, for a role that has others besides."
  value       = concat([for statement in local.allow : jsonencode(statement)], [for statement in local.deny : jsonencode(statement)])
}

output "json" {
  description = "The whole policy document."
  value = format(
    "{\"Version\":\"2012-10-17\",\"Statement\":[%s]}",
    join(",", concat([for statement in local.allow : jsonencode(statement)], [for statement in local.deny : jsonencode(statement)])),
  )
}
