locals {
  nat_gateway_zones = var.nat_mode == "gateway" ? local.nat_zones : {}
}

resource "aws_eip" "nat" {
  # checkov:skip=CKV2_AWS_19: the address belongs to the NAT gateway below
  for_each = local.nat_gateway_zones

  domain = "vpc"

  tags = merge(var.tags, { Name = "${var.name}-nat-${each.key}" })

  depends_on = [aws_internet_gateway.this]
}

resource "aws_nat_gateway" "this" {
  for_each = local.nat_gateway_zones

  allocation_id = aws_eip.nat[each.key].id
  subnet_id     = aws_subnet.public[each.key].id

  tags = merge(var.tags, { Name = "${var.name}-nat-${each.key}" })
}

resource "aws_route" "nat_gateway" {
  for_each = var.nat_mode == "gateway" ? local.zones : {}

  route_table_id         = aws_route_table.private[each.key].id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.this[local.nat_zone_of[each.key]].id
}
