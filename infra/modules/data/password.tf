# The master password.
#
# password_mode = "rds" (default): RDS makes it, keeps it in a secret of its own and
# rotates it; only the interval, seven days by default, is changed to thirty.
#
# password_mode = "write_only": needed for a read replica, which RDS refuses beside
# the first mode. Secrets Manager makes the password through CloudFormation's
# GenerateSecretString and Terraform hands it to RDS as a write-only argument: it is
# neither in code nor in state. That argument needs Terraform 1.11 or OpenTofu 1.11.
# Rotation is then the deployer's function (rotation_lambda_arn), every 30 days.

resource "aws_secretsmanager_secret_rotation" "managed" {
  count = local.managed ? 1 : 0

  secret_id          = aws_db_instance.this.master_user_secret[0].secret_arn
  rotate_immediately = false

  rotation_rules {
    automatically_after_days = 30
  }
}

resource "aws_cloudformation_stack" "master" {
  # checkov:skip=CKV_AWS_124: a one-resource stack, made and removed by the person who reads this plan
  count = local.managed ? 0 : 1

  name = "${local.identifier}-master-secret"

  template_body = jsonencode({
    Resources = {
      Secret = {
        Type = "AWS::SecretsManager::Secret"
        Properties = merge(
          {
            Name        = "${var.name}/database-master"
            Description = "Master user of ${local.identifier}"
            GenerateSecretString = {
              SecretStringTemplate = jsonencode({ username = var.database_user })
              GenerateStringKey    = "password"
              PasswordLength       = 40
              # RDS refuses / " @ and blanks in a password.
              ExcludePunctuation = true
            }
          },
          var.kms_key_arn == null ? {} : { KmsKeyId = var.kms_key_arn },
          # A standby's instances sign in to the promoted replica with the same password.
          length(var.secret_replica_regions) == 0 ? {} : { ReplicaRegions = [for region in var.secret_replica_regions : { Region = region }] },
        )
      }
    }
    Outputs = { Arn = { Value = { Ref = "Secret" } } }
  })

  tags = var.tags
}

ephemeral "aws_secretsmanager_secret_version" "master" {
  count = local.managed ? 0 : 1

  secret_id = aws_cloudformation_stack.master[0].outputs["Arn"]
}

resource "aws_secretsmanager_secret_rotation" "write_only" {
  count = !local.managed && var.rotation_lambda_arn != null ? 1 : 0

  secret_id           = aws_cloudformation_stack.master[0].outputs["Arn"]
  rotation_lambda_arn = var.rotation_lambda_arn
  rotate_immediately  = false

  rotation_rules {
    automatically_after_days = 30
  }
}
