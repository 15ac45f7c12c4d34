Feature: Only what must be reachable is reachable, and over TLS

  Scenario: Each bucket is closed to the public
    Given I have aws_s3_bucket defined
    Then it must have aws_s3_bucket_public_access_block

  Scenario Outline: Public access to buckets is blocked four times
    Given I have aws_s3_bucket_public_access_block defined
    Then it must have <switch>
    And its value must be true

    Examples:
      | switch                  |
      | block_public_acls       |
      | block_public_policy     |
      | ignore_public_acls      |
      | restrict_public_buckets |

  Scenario: Buckets take requests over TLS only
    Given I have aws_s3_bucket_policy defined
    Then it must have policy
    And it must have aws:SecureTransport
    And its value must be false

  Scenario: Queues take requests over TLS only
    Given I have aws_sqs_queue_policy defined
    Then it must have policy
    And it must have aws:SecureTransport
    And its value must be false

  Scenario: The load balancer forwards what came by TLS only
    Given I have aws_lb_listener defined
    When its port is not 80
    Then it must have protocol
    And its value must match the "^HTTPS$" regex

  Scenario: TLS is 1.2 or newer
    Given I have aws_lb_listener defined
    When its port is 443
    Then it must have ssl_policy
    And its value must match the "^ELBSecurityPolicy-TLS13-1-2-2021-06$" regex

  Scenario: Plain HTTP is redirected
    Given I have aws_lb_listener defined
    When its port is 80
    Then it must have default_action
    And it must have type
    And its value must match the "^redirect$" regex

  Scenario: Malformed headers end at the load balancer
    Given I have aws_lb defined
    Then it must have drop_invalid_header_fields
    And its value must be true

  Scenario: Who connected is logged
    Given I have aws_lb defined
    Then it must have connection_logs
    And it must have enabled
    And its value must be true

  Scenario: The world reaches the two web ports and no other
    Given I have aws_vpc_security_group_ingress_rule defined
    When its cidr_ipv4 is 0.0.0.0/0
    Then it must have to_port
    And its value must match the "^(80|443)$" regex

  Scenario: The service speaks TLS to the outside only
    Given I have aws_vpc_security_group_egress_rule defined
    When its cidr_ipv4 is 0.0.0.0/0
    Then it must have to_port
    And its value must match the "^443$" regex

  Scenario: Tasks have no public address
    Given I have aws_ecs_service defined
    Then it must have assign_public_ip
    And its value must be false

  Scenario: Nobody opens a shell in a task
    Given I have aws_ecs_service defined
    Then it must have enable_execute_command
    And its value must be false
