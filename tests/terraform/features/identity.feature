Feature: People sign in by code and PKCE; machines by their secret

  Scenario: The web client has no secret
    Given I have aws_cognito_user_pool_client defined
    When its name is web
    Then it must have generate_secret
    And its value must be false

  Scenario: The web client knows the code flow only
    Given I have aws_cognito_user_pool_client defined
    When its name is web
    Then it must have allowed_oauth_flows
    And its value must match the "^code$" regex

  Scenario: No client takes passwords past the sign-in page
    Given I have aws_cognito_user_pool_client defined
    When it has explicit_auth_flows
    Then it must have explicit_auth_flows
    And its value must match the "^ALLOW_USER_SRP_AUTH$" regex

  Scenario: A refresh token is good for one renewal
    Given I have aws_cognito_user_pool_client defined
    When its name is web
    Then it must have refresh_token_rotation
    And it must have feature
    And its value must match the "^ENABLED$" regex

  Scenario: Tokens can be revoked
    Given I have aws_cognito_user_pool_client defined
    Then it must have enable_token_revocation
    And its value must be true

  Scenario: The sign-in page doesn't say who has an account
    Given I have aws_cognito_user_pool_client defined
    When its name is web
    Then it must have prevent_user_existence_errors
    And its value must match the "^ENABLED$" regex

  Scenario: The machine client has a secret
    Given I have aws_cognito_user_pool_client defined
    When its name is gateway
    Then it must have generate_secret
    And its value must be true

  Scenario: The machine client gets tokens for itself only
    Given I have aws_cognito_user_pool_client defined
    When its name is gateway
    Then it must have allowed_oauth_flows
    And its value must match the "^client_credentials$" regex

  Scenario: Passwords are long
    Given I have aws_cognito_user_pool defined
    Then it must have password_policy
    And it must have minimum_length
    And its value must be greater and equal to 15

  Scenario: Nobody signs up by themselves
    Given I have aws_cognito_user_pool defined
    Then it must have admin_create_user_config
    And it must have allow_admin_create_user_only
    And its value must be true

  Scenario: A second factor can be used
    Given I have aws_cognito_user_pool defined
    Then it must have mfa_configuration
    And its value must match the "^(OPTIONAL|ON)$" regex
