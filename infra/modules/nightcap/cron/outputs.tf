output "expressions" {
  description = "EventBridge's form of each expression that has one."
  value       = merge(local.native, local.converted)
}

output "problems" {
  description = "Why each of the others has none."
  value       = local.problems
}
