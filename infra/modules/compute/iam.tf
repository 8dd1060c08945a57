locals {
  # Conditions on what is known at plan time only: the ARNs themselves may not be.
  readable_secrets = concat(
    [local.application_secret_arn],
    var.database == null ? [] : [var.database.secret_arn],
    var.cache == null ? [] : [for arn in [var.cache.secret_arn] : arn if var.cache.authenticated],
    var.media.secret_arn == null ? [] : [var.media.secret_arn],
  )
  registry_arns = [for repository in var.registry_repository_names : "arn:${local.partition}:ecr:${local.region}:${local.account}:repository/${repository}"]
}

resource "aws_iam_role" "this" {
  name = "${var.name}-app"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "InstancesTakeThisRole"
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ec2.${local.suffix}" }
    }]
  })

  tags = var.tags
}

resource "aws_iam_role_policy_attachment" "session_manager" {
  role       = aws_iam_role.this.name
  policy_arn = "arn:${local.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_role_policy" "this" {
  name = "application"
  role = aws_iam_role.this.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid      = "ReadJustItsSecrets"
          Effect   = "Allow"
          Action   = "secretsmanager:GetSecretValue"
          Resource = local.readable_secrets
        },
        {
          Sid      = "WriteItsLogs"
          Effect   = "Allow"
          Action   = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
          Resource = [var.log_group_arn, "${var.log_group_arn}:log-stream:*"]
        },
      ],
      [for arns in [var.secret_key_arns] : {
        # Secrets encrypted by a customer key are read by whoever may use the key.
        Sid       = "DecryptItsSecrets"
        Effect    = "Allow"
        Action    = "kms:Decrypt"
        Resource  = arns
        Condition = { StringEquals = { "kms:ViaService" = "secretsmanager.${local.region}.${local.suffix}" } }
      } if length(arns) > 0],
      [for statement in [
        {
          # The instance says itself that it serves.
          Sid      = "EndItsOwnBoot"
          Effect   = "Allow"
          Action   = "autoscaling:CompleteLifecycleAction"
          Resource = "arn:${local.partition}:autoscaling:${local.region}:${local.account}:autoScalingGroup:*:autoScalingGroupName/${local.group_name}"
        },
      ] : statement if !local.single],
      [for statement in [
        {
          Sid      = "PullItsImages"
          Effect   = "Allow"
          Action   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
          Resource = local.registry_arns
        },
        {
          # GetAuthorizationToken has no resource-level permission
          # (Service Authorization Reference, Amazon ECR).
          Sid      = "SignInToTheRegistry"
          Effect   = "Allow"
          Action   = "ecr:GetAuthorizationToken"
          Resource = "*"
        },
      ] : statement if length(local.registry_arns) > 0],
      [for statement in [
        {
          Sid      = "KeepMedia"
          Effect   = "Allow"
          Action   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
          Resource = "arn:${local.partition}:s3:::${coalesce(var.media.bucket, "none")}/*"
        },
        {
          Sid      = "ListMedia"
          Effect   = "Allow"
          Action   = "s3:ListBucket"
          Resource = "arn:${local.partition}:s3:::${coalesce(var.media.bucket, "none")}"
        },
      ] : statement if var.media.bucket != null],
    )
  })
}

resource "aws_iam_instance_profile" "this" {
  name = "${var.name}-app"
  role = aws_iam_role.this.name

  tags = var.tags
}
