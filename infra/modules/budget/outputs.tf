output "topic_arn" {
  description = "ARN of the alert topic."
  value       = aws_sns_topic.alerts.arn
}

output "topic_key_arn" {
  description = "ARN of the key that encrypts the topic; a publisher needs kms:GenerateDataKey and kms:Decrypt on it."
  value       = aws_kms_key.alerts.arn
}

output "budget_name" {
  description = "Name of the budget."
  value       = aws_budgets_budget.monthly.name
}

output "next_step" {
  description = "What the deployer has to do now."
  value       = length(var.emails) == 0 ? "No e-mail address is subscribed to ${var.topic_name}: set alert_emails." : "Each of ${join(", ", var.emails)} must open the mail \"AWS Notification - Subscription Confirmation\" and click \"Confirm subscription\". Until then nobody is told anything."
}
