"""Exchanges a person's password for an access token, with AWS credentials: to test with."""

from typing import TYPE_CHECKING

from bizassist.errors import CommandError
from bizassist.settings.ssm_parameters import Parameters

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

FLOW = "ALLOW_ADMIN_USER_PASSWORD_AUTH"


def check_flow(cognito: "CognitoIdentityProviderClient", deployed: Parameters) -> None:
    """Make sure that the deployment's web client takes passwords that way.

    :raises CommandError: naming Terraform's variable, when it doesn't.
    """
    client = cognito.describe_user_pool_client(
        UserPoolId=deployed.user_pool_id, ClientId=deployed.web_client_id
    )["UserPoolClient"]
    if FLOW not in client.get("ExplicitAuthFlows", []):
        raise CommandError(
            "this deployment gives no token for a password: set Terraform's variable "
            "admin_password_sign_in to true and deploy, where that is meant to be so"
        )


def access_token(
    cognito: "CognitoIdentityProviderClient", deployed: Parameters, username: str, password: str
) -> str:
    """An access token of that person, good for as long as the web client says (AdminInitiateAuth).

    :raises CommandError: when the user pool asks for more than the password.
    """
    granted = cognito.admin_initiate_auth(
        UserPoolId=deployed.user_pool_id,
        ClientId=deployed.web_client_id,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": username, "PASSWORD": password},
    )
    if "AuthenticationResult" not in granted:
        raise CommandError(
            f"the user pool asks {username} for more than a password "
            f"({granted['ChallengeName']}), which takes a browser"
        )
    return granted["AuthenticationResult"]["AccessToken"]
