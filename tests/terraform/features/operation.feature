Feature: It runs with few rights, leaves traces and fails in the open

  Scenario: No role may do everything of a service
    Given I have aws_iam_role_policy defined
    Then it must have policy
    And it must have Statement
    And it must have Action
    And its value must not match the ".*\*.*" regex

  Scenario: A role is taken by a service of AWS
    Given I have aws_iam_role defined
    When its name is "^bizassist-(?!(?:memory|personal-data)$).*" regex
    Then it must have assume_role_policy
    And it must have Statement
    And it must have Principal
    And it must have Service
    And its value must match the "^(bedrock-agentcore|ecs-tasks|lambda).amazonaws.com$" regex

  Scenario: Memory is one person's at a time
    Given I have aws_iam_role defined
    When its name is bizassist-memory
    Then it must have assume_role_policy
    And it must have aws:RequestTag/sub
    And its value must match the "^[?][*]$" regex

  Scenario: Logs are kept for a known time
    Given I have aws_cloudwatch_log_group defined
    Then it must have retention_in_days
    And its value must be greater and equal to 1

  Scenario: Logs are encrypted with our key
    Given I have aws_cloudwatch_log_group defined
    Then it must have kms_key_id
    And its value must match the "^arn:aws:kms:" regex

  Scenario Outline: Everything carries its tags
    Given I have resource that supports tags_all defined
    Then it must have tags_all
    And it must have <tag>

    Examples:
      | tag         |
      | Product     |
      | ManagedBy   |
      | Environment |

  Scenario: What can't be answered goes to a dead-letter queue
    Given I have aws_sqs_queue defined
    When its name is bizassist-inbox.fifo
    Then it must have redrive_policy
    And it must have deadLetterTargetArn
    And its value must match the ".*:bizassist-dead-letter.fifo$" regex

  Scenario: Dead letters are kept as long as SQS can
    Given I have aws_sqs_queue defined
    When its name is bizassist-dead-letter.fifo
    Then it must have message_retention_seconds
    And its value must be greater and equal to 1209600

  Scenario: A broken release is rolled back
    Given I have aws_ecs_service defined
    Then it must have deployment_circuit_breaker
    And it must have rollback
    And its value must be true

  Scenario: A release stops nobody's question
    Given I have aws_ecs_service defined
    Then it must have deployment_minimum_healthy_percent
    And its value must be greater and equal to 100

  Scenario: Tasks can't write to their own disk
    Given I have aws_ecs_task_definition defined
    Then it must have container_definitions
    And it must have readonlyRootFilesystem
    And its value must be true

  Scenario: The target group asks whether a process is alive
    Given I have aws_lb_target_group defined
    Then it must have health_check
    And it must have path
    And its value must match the "^/healthz$" regex

  Scenario: More tasks come when questions wait
    Given I have aws_appautoscaling_policy defined
    When its name is bizassist-chat-backlog
    Then it must have customized_metric_specification
    And it must have metrics
    And it must have expression
    And its value must match the "^waiting / IF" regex

  Scenario: Functions run on arm64 with today's Python
    Given I have aws_lambda_function defined
    Then it must have runtime
    And its value must match the "^python3.13$" regex

  Scenario: Only our own Gateway calls the functions
    Given I have aws_lambda_permission defined
    Then it must have source_account
    And its value must match the "^[0-9]{12}$" regex

  Scenario: Calls of functions are traced
    Given I have aws_lambda_function defined
    Then it must have tracing_config
    And it must have mode
    And its value must match the "^Active$" regex

  Scenario: Alarms are on
    Given I have aws_cloudwatch_metric_alarm defined
    Then it must have actions_enabled
    And its value must be true
