# Image repositories, one an image, for the whole account.

resource "aws_ecr_repository" "this" {
  # checkov:skip=CKV_AWS_136: AES-256 by ECR; a customer key would be billed for every pull of every instance
  for_each = toset(var.repository_names)

  name                 = each.key
  image_tag_mutability = "IMMUTABLE"
  force_delete         = var.force_delete

  image_scanning_configuration {
    scan_on_push = true
  }

  encryption_configuration {
    encryption_type = "AES256"
  }

  tags = merge(var.tags, { Name = each.key })
}

resource "aws_ecr_lifecycle_policy" "this" {
  for_each = aws_ecr_repository.this

  repository = each.value.name

  policy = jsonencode({
    rules = [{
      rulePriority = 1
      description  = "Keep the last ${var.keep_images} images"
      selection    = { tagStatus = "any", countType = "imageCountMoreThan", countNumber = var.keep_images }
      action       = { type = "expire" }
    }]
  })
}

# A standby pulls from the registry of its own region: the primary's may be what failed. One
# rule set an account and region; images pushed before it was made are not copied.
resource "aws_ecr_replication_configuration" "this" {
  count = length(var.replica_regions) > 0 ? 1 : 0

  replication_configuration {
    rule {
      dynamic "destination" {
        for_each = var.replica_regions

        content {
          region      = destination.value
          registry_id = data.aws_caller_identity.current[0].account_id
        }
      }

      dynamic "repository_filter" {
        for_each = var.repository_names

        content {
          filter      = repository_filter.value
          filter_type = "PREFIX_MATCH"
        }
      }
    }
  }
}

data "aws_caller_identity" "current" {
  count = length(var.replica_regions) > 0 ? 1 : 0
}
