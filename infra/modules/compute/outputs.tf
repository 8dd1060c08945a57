output "group_name" {
  description = "Name of the Auto Scaling group, or null for a single instance."
  value       = one([for group in aws_autoscaling_group.this : group.name])
}

output "load_balancer_dns_name" {
  description = "DNS name of the load balancer, or null for a single instance."
  value       = one([for balancer in aws_lb.this : balancer.dns_name])
}

output "load_balancer_arn_suffix" {
  description = "The load balancer's name in CloudWatch's dimensions, or null."
  value       = one([for balancer in aws_lb.this : balancer.arn_suffix])
}

output "target_group_arn_suffix" {
  description = "The target group's name in CloudWatch's dimensions, or null."
  value       = one([for group in aws_lb_target_group.this : group.arn_suffix])
}

output "single_instance_id" {
  description = "Id of the single instance, or null for a group."
  value       = one([for instance in aws_instance.single : instance.id])
}

output "security_group_id" {
  description = "Security group of the application's instances."
  value       = aws_security_group.application.id
}

output "role_name" {
  description = "IAM role of the instances."
  value       = aws_iam_role.this.name
}

output "application_secret_arn" {
  description = "ARN of the secret with JWT_SECRET and COOKIE_SECRET."
  value       = local.application_secret_arn
}

output "user_data_base64" {
  description = "User data of the instances: settings and names of secrets, no secret."
  value       = local.user_data
}
