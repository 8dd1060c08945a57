locals {
  http_sources  = var.ingress == "cloudflare" ? var.cloudflare_ipv4_cidrs : ["0.0.0.0/0"]
  listen_ports  = var.certificate_arn == null ? [80] : [80, 443]
  ingress_rules = local.single ? {} : { for pair in setproduct(local.listen_ports, local.http_sources) : "${pair[0]}-${pair[1]}" => { port = pair[0], cidr = pair[1] } }
}

resource "aws_security_group" "load_balancer" {
  count = local.single ? 0 : 1

  name_prefix = "${var.name}-alb-"
  description = "Load balancer"
  vpc_id      = var.vpc_id

  tags = merge(var.tags, { Name = "${var.name}-alb" })

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "web" {
  # checkov:skip=CKV_AWS_260: the shop's front door; `ingress = "cloudflare"` narrows it to Cloudflare's ranges
  for_each = local.ingress_rules

  security_group_id = aws_security_group.load_balancer[0].id
  description       = "Port ${each.value.port} from ${var.ingress == "cloudflare" ? "Cloudflare" : "anywhere"}"
  cidr_ipv4         = each.value.cidr
  from_port         = each.value.port
  to_port           = each.value.port
  ip_protocol       = "tcp"
}

resource "aws_vpc_security_group_egress_rule" "to_application" {
  count = local.single ? 0 : 1

  security_group_id            = aws_security_group.load_balancer[0].id
  description                  = "HTTP to the application"
  referenced_security_group_id = aws_security_group.application.id
  from_port                    = 80
  to_port                      = 80
  ip_protocol                  = "tcp"
}

resource "aws_lb" "this" {
  # checkov:skip=CKV_AWS_91: Caddy's JSON access logs, shipped to CloudWatch, record every request
  # checkov:skip=CKV_AWS_150: an input, true for prod; preprod must stay destroyable
  # checkov:skip=CKV2_AWS_28: the web application firewall is Cloudflare's, in front
  # checkov:skip=CKV2_AWS_20: port 80 redirects to 443 as soon as a certificate is given
  count = local.single ? 0 : 1

  name                       = "${var.name}-alb"
  load_balancer_type         = "application"
  internal                   = false
  security_groups            = [aws_security_group.load_balancer[0].id]
  subnets                    = var.public_subnet_ids
  drop_invalid_header_fields = true
  enable_deletion_protection = var.deletion_protection

  tags = merge(var.tags, { Name = "${var.name}-alb" })
}

resource "aws_lb_target_group" "this" {
  # checkov:skip=CKV_AWS_378: TLS ends at the load balancer; behind it the traffic stays in private subnets
  count = local.single ? 0 : 1

  name                 = "${var.name}-app"
  port                 = 80
  protocol             = "HTTP"
  target_type          = "instance"
  vpc_id               = var.vpc_id
  deregistration_delay = 60

  health_check {
    path                = var.health_check.path
    port                = "traffic-port"
    protocol            = "HTTP"
    matcher             = "200"
    interval            = var.health_check.interval
    timeout             = var.health_check.timeout
    healthy_threshold   = var.health_check.healthy
    unhealthy_threshold = var.health_check.unhealthy
  }

  stickiness {
    enabled         = var.sticky_sessions
    type            = "lb_cookie"
    cookie_duration = 86400
  }

  tags = var.tags
}

resource "aws_lb_listener" "http" {
  # checkov:skip=CKV_AWS_2: forwards plain HTTP only while no certificate is given, redirects otherwise
  # checkov:skip=CKV_AWS_103: see CKV_AWS_2
  count = local.single ? 0 : 1

  load_balancer_arn = aws_lb.this[0].arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type             = var.certificate_arn == null ? "forward" : "redirect"
    target_group_arn = var.certificate_arn == null ? aws_lb_target_group.this[0].arn : null

    dynamic "redirect" {
      for_each = var.certificate_arn == null ? [] : [443]

      content {
        port        = redirect.value
        protocol    = "HTTPS"
        status_code = "HTTP_301"
      }
    }
  }

  tags = var.tags
}

resource "aws_lb_listener" "https" {
  count = !local.single && var.certificate_arn != null ? 1 : 0

  load_balancer_arn = aws_lb.this[0].arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = var.certificate_arn

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this[0].arn
  }

  tags = var.tags
}
