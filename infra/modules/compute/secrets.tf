# The application's own secrets: {"JWT_SECRET": …, "COOKIE_SECRET": …}. Made by
# Secrets Manager itself, through CloudFormation's GenerateSecretString: their
# values never pass through Terraform, so they are neither in code nor in state,
# whatever the version of Terraform or OpenTofu. GenerateSecretString makes one
# value a secret, hence the second one, which CloudFormation copies in.

locals {
  application_secret_arn = coalesce(var.application_secret_arn, one([for stack in aws_cloudformation_stack.secrets : stack.outputs["Arn"]]))

  # The standby's instances must accept the cookies and tokens of the primary.
  replicas = length(var.secret_replica_regions) == 0 ? {} : {
    ReplicaRegions = [for region in var.secret_replica_regions : { Region = region }]
  }
  generated = { PasswordLength = 64, ExcludePunctuation = true }
}

resource "aws_cloudformation_stack" "secrets" {
  # checkov:skip=CKV_AWS_124: a stack of two secrets, made and removed by the person who reads this plan
  count = var.application_secret_arn == null ? 1 : 0

  name = "${var.name}-app-secrets"

  template_body = jsonencode({
    Resources = {
      Cookie = {
        Type = "AWS::SecretsManager::Secret"
        Properties = {
          Name                 = "${var.name}/cookie"
          Description          = "Signs the session cookies; read through ${var.name}/app"
          GenerateSecretString = local.generated
        }
      }
      App = {
        Type = "AWS::SecretsManager::Secret"
        Properties = merge(local.replicas, {
          Name        = "${var.name}/app"
          Description = "JWT_SECRET and COOKIE_SECRET of ${var.name}"
          GenerateSecretString = merge(local.generated, {
            SecretStringTemplate = { "Fn::Sub" = jsonencode({ COOKIE_SECRET = "{{resolve:secretsmanager:$${Cookie}}}" }) }
            GenerateStringKey    = "JWT_SECRET"
          })
        })
      }
    }
    Outputs = { Arn = { Value = { Ref = "App" } } }
  })

  tags = var.tags
}
