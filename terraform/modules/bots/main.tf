# The chat service on Fargate, and the two repositories of the product's images.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.id
  # The process's own port; the load balancer is the only one who reaches it.
  port = 3978
  # Until Fargate kills a task that was asked to end, 120 at most; the longest answer takes as long.
  # Ten of them are for what comes after the answers.
  stop_seconds = 120
  service      = "${var.deployment.name}-chat"
  # Environment variable by the key of its platform's secret.
  secret_keys = {
    slack = merge(
      { SLACK_SIGNING_SECRET = "signing_secret" },
      var.slack_oauth ? {
        SLACK_CLIENT_ID     = "client_id"
        SLACK_CLIENT_SECRET = "client_secret"
        } : {
        SLACK_BOT_TOKEN = "bot_token"
      },
    )
    teams = {
      MICROSOFT_APP_ID        = "app_id"
      MICROSOFT_APP_PASSWORD  = "app_password"
      MICROSOFT_APP_TENANT_ID = "tenant_id"
    }
  }
}

resource "aws_ecr_repository" "this" {
  for_each = toset(["bots", "agent"])

  name                 = "${var.deployment.name}/${each.key}"
  image_tag_mutability = "IMMUTABLE"
  force_delete         = !var.deployment.deletion_protection

  image_scanning_configuration {
    scan_on_push = true
  }

  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = var.deployment.kms_key_arn
  }
}

# Enough of the past to roll back to.
resource "aws_ecr_lifecycle_policy" "this" {
  for_each = aws_ecr_repository.this

  repository = each.value.name
  policy = jsonencode({
    rules = [{
      rulePriority = 1
      description  = "Keep the last 20 images"
      selection    = { tagStatus = "any", countType = "imageCountMoreThan", countNumber = 20 }
      action       = { type = "expire" }
    }]
  })
}

resource "aws_cloudwatch_log_group" "service" {
  name              = "/${var.deployment.name}/chat"
  retention_in_days = var.deployment.log_retention_days
  kms_key_id        = var.deployment.kms_key_arn
}

resource "aws_ecs_cluster" "this" {
  name = var.deployment.name

  setting {
    name  = "containerInsights"
    value = "enabled"
  }
}

resource "aws_ecs_task_definition" "service" {
  family                   = local.service
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = var.cpu
  memory                   = var.memory
  # A revision that Terraform deregistered could not be rolled back to.
  skip_destroy       = true
  execution_role_arn = aws_iam_role.execution.arn
  task_role_arn      = aws_iam_role.task.arn

  runtime_platform {
    cpu_architecture        = "ARM64"
    operating_system_family = "LINUX"
  }

  # It goes with its task. Its owner and mode are those of the image's VOLUME of the same path.
  volume {
    name = "tmp"
  }

  container_definitions = jsonencode([{
    name                   = "chat"
    image                  = "${aws_ecr_repository.this["bots"].repository_url}:${var.image_tag}"
    essential              = true
    readonlyRootFilesystem = true
    stopTimeout            = local.stop_seconds
    portMappings           = [{ containerPort = local.port, hostPort = local.port, protocol = "tcp" }]
    # The one place that can be written to: a person's export, while it is made and sent.
    mountPoints = [{ sourceVolume = "tmp", containerPath = "/tmp", readOnly = false }]
    environment = [
      for name, value in merge(
        {
          AWS_DEFAULT_REGION        = local.region
          BIZASSIST_DRAIN_SECONDS   = tostring(local.stop_seconds - 10)
          BIZASSIST_HOST            = "0.0.0.0"
          BIZASSIST_PORT            = tostring(local.port)
          BIZASSIST_PUBLIC_URL      = var.deployment.public_url
          BIZASSIST_SSM_PREFIX      = var.deployment.parameter_prefix
          BIZASSIST_TRUSTED_PROXIES = tostring(var.trusted_proxies)
        },
        contains(var.platforms, "teams") ? { MICROSOFT_CLOUD = var.microsoft_cloud } : {},
        { for bound, most in var.chat_concurrency : "BIZASSIST_${upper(bound)}" => tostring(most) },
        var.deployment.tracing ? {
          AGENT_OBSERVABILITY_ENABLED = "true"
          AWS_REGION                  = local.region
          OTEL_SERVICE_NAME           = "bizassist-chat"
        } : {},
      ) : { name = name, value = value }
    ]
    secrets = flatten([
      for platform in sort(tolist(var.platforms)) : [
        for variable, key in local.secret_keys[platform] :
        { name = variable, valueFrom = "${aws_secretsmanager_secret.platform[platform].arn}:${key}::" }
      ]
    ])
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.service.name
        awslogs-region        = local.region
        awslogs-stream-prefix = "chat"
      }
    }
  }])
}

# A task without its parameters ends at once, and the circuit breaker gives up on the service.
resource "terraform_data" "start_after" {
  input = var.start_after
}

resource "aws_ecs_service" "chat" {
  name                               = local.service
  cluster                            = aws_ecs_cluster.this.id
  task_definition                    = aws_ecs_task_definition.service.arn
  launch_type                        = "FARGATE"
  desired_count                      = var.capacity.min
  deployment_minimum_healthy_percent = 100
  deployment_maximum_percent         = 200
  health_check_grace_period_seconds  = 60
  enable_execute_command             = false
  propagate_tags                     = "SERVICE"

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  network_configuration {
    subnets          = var.network.service_subnet_ids
    security_groups  = [aws_security_group.service.id]
    assign_public_ip = var.network.assign_public_ip
  }

  load_balancer {
    target_group_arn = aws_lb_target_group.chat.arn
    container_name   = "chat"
    container_port   = local.port
  }

  # How many run is autoscaling's to say.
  lifecycle {
    ignore_changes = [desired_count]
  }

  depends_on = [
    aws_iam_role_policy.execution,
    aws_iam_role_policy.task,
    aws_lb_listener.https,
    aws_ssm_parameter.this,
    terraform_data.start_after,
  ]
}
