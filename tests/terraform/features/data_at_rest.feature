Feature: What is stored is encrypted and can be brought back

  Scenario: Tables are encrypted with our key
    Given I have aws_dynamodb_table defined
    Then it must have server_side_encryption
    And it must have kms_key_arn
    And its value must match the "^arn:aws:kms:" regex

  Scenario: Tables can be restored to any second
    Given I have aws_dynamodb_table defined
    Then it must have point_in_time_recovery
    And it must have enabled
    And its value must be true

  Scenario: Rows that expire are deleted by DynamoDB
    Given I have aws_dynamodb_table defined
    When its name is "^bizassist-(ledger|sessions|link-requests|forgetting|transcripts)$" regex
    Then it must have ttl
    And it must have attribute_name
    And its value must match the "^expires_at$" regex

  Scenario: Queues are encrypted with our key
    Given I have aws_sqs_queue defined
    Then it must have kms_master_key_id
    And its value must match the "^arn:aws:kms:" regex

  Scenario: Keys rotate
    Given I have aws_kms_key defined
    Then it must have enable_key_rotation
    And its value must be true

  Scenario: A deleted key can be brought back for a month
    Given I have aws_kms_key defined
    Then it must have deletion_window_in_days
    And its value must be greater and equal to 30

  Scenario: Buckets are encrypted
    Given I have aws_s3_bucket_server_side_encryption_configuration defined
    Then it must have sse_algorithm
    And its value must match the "^(AES256|aws:kms)$" regex

  Scenario: Each bucket has its encryption
    Given I have aws_s3_bucket defined
    Then it must have aws_s3_bucket_server_side_encryption_configuration

  Scenario: What is overwritten in a bucket can be brought back
    Given I have aws_s3_bucket_versioning defined
    Then it must have status
    And its value must match the "^Enabled$" regex

  Scenario: Secrets are encrypted with our key
    Given I have aws_secretsmanager_secret defined
    Then it must have kms_key_id
    And its value must match the "^arn:aws:kms:" regex

  Scenario: The machine client's secret is a SecureString
    Given I have aws_ssm_parameter defined
    When its name is ".*secret.*" regex
    Then it must have type
    And its value must match the "^SecureString$" regex

  Scenario: Images are encrypted and scanned
    Given I have aws_ecr_repository defined
    Then it must have scan_on_push
    And its value must be true

  Scenario: A version of an image stays what it is
    Given I have aws_ecr_repository defined
    Then it must have image_tag_mutability
    And its value must match the "^IMMUTABLE$" regex
