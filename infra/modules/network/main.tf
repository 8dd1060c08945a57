locals {
  zones = { for index, zone in var.availability_zones : zone => index }

  # One NAT per zone by default; with fewer, the zones without one use the first.
  nat_zones = var.nat_mode == "none" ? {} : {
    for zone, index in local.zones : zone => index if index < coalesce(var.nat_zone_count, length(var.availability_zones))
  }
  nat_zone_of = { for zone in var.availability_zones : zone => contains(keys(local.nat_zones), zone) ? zone : var.availability_zones[0] }
}

resource "aws_vpc" "this" {
  # checkov:skip=CKV2_AWS_11: flow logs are billed by the gigabyte and the platform's hard cap is 500 USD; the ALB and Caddy log requests
  cidr_block           = var.vpc_cidr
  enable_dns_hostnames = true
  enable_dns_support   = true

  tags = merge(var.tags, { Name = var.name })
}

# The default group of a new VPC lets its members talk to each other. Taking it
# over with no rule closes it, so nothing can be left in it by mistake.
resource "aws_default_security_group" "closed" {
  vpc_id = aws_vpc.this.id

  tags = merge(var.tags, { Name = "${var.name}-default-closed" })
}

resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id

  tags = merge(var.tags, { Name = var.name })
}

resource "aws_subnet" "public" {
  for_each = local.zones

  vpc_id            = aws_vpc.this.id
  availability_zone = each.key
  cidr_block        = var.public_subnet_cidrs[each.value]

  tags = merge(var.tags, { Name = "${var.name}-public-${each.key}" })
}

resource "aws_subnet" "private" {
  for_each = local.zones

  vpc_id            = aws_vpc.this.id
  availability_zone = each.key
  cidr_block        = var.private_subnet_cidrs[each.value]

  tags = merge(var.tags, { Name = "${var.name}-private-${each.key}" })
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.this.id

  tags = merge(var.tags, { Name = "${var.name}-public" })
}

# Routes are resources of their own: inline `route` blocks and separate ones for
# the same table undo each other on every apply.
resource "aws_route" "internet" {
  route_table_id         = aws_route_table.public.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.this.id
}

resource "aws_route_table_association" "public" {
  for_each = aws_subnet.public

  subnet_id      = each.value.id
  route_table_id = aws_route_table.public.id
}

resource "aws_route_table" "private" {
  for_each = local.zones

  vpc_id = aws_vpc.this.id

  tags = merge(var.tags, { Name = "${var.name}-private-${each.key}" })
}

resource "aws_route_table_association" "private" {
  for_each = local.zones

  subnet_id      = aws_subnet.private[each.key].id
  route_table_id = aws_route_table.private[each.key].id
}

# Free of charge, and keeps package repositories and image layers, which are
# served from S3, off the NAT.
resource "aws_vpc_endpoint" "s3" {
  vpc_id            = aws_vpc.this.id
  service_name      = "com.amazonaws.${data.aws_region.current.id}.s3"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = concat([aws_route_table.public.id], [for table in aws_route_table.private : table.id])

  tags = merge(var.tags, { Name = "${var.name}-s3" })
}

# `id`, not `name`: version 6 of the provider renames the attribute to `region`,
# the id is the region's name in both.
data "aws_region" "current" {}
