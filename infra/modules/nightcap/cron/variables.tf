variable "expressions" {
  description = "Cron expressions by any key: Unix form, or EventBridge's `cron(…)`, which passes as it is."
  type        = map(string)
  nullable    = false
}
