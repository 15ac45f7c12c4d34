"""The user pool: its clients, its groups and the sample people."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import boto3

from bizassist.local import sample_data

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

WEB_CLIENT: dict[str, Any] = {
    "ClientName": "web",
    "AllowedOAuthFlowsUserPoolClient": True,
    "AllowedOAuthFlows": ["code"],
    "AllowedOAuthScopes": ["openid", "email", "profile"],
    "SupportedIdentityProviders": ["COGNITO"],
    # The page needs a password flow; the last one takes AWS credentials besides the password: for
    # tokens to test with.
    "ExplicitAuthFlows": [
        "ALLOW_USER_SRP_AUTH",
        "ALLOW_REFRESH_TOKEN_AUTH",
        "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    ],
    "EnableTokenRevocation": True,
    "PreventUserExistenceErrors": "ENABLED",
}


def make_identity(aws: boto3.Session, passwords: Mapping[str, str]) -> dict[str, str]:
    """The pool, its domain, the web and the machine client, the groups and the sample people."""
    cognito = aws.client("cognito-idp")
    region, account = aws.region_name, aws.client("sts").get_caller_identity()["Account"]
    pool = cognito.create_user_pool(
        PoolName="bizassist",
        Policies={"PasswordPolicy": {"MinimumLength": 12}},
        AutoVerifiedAttributes=["email"],
        AdminCreateUserConfig={"AllowAdminCreateUserOnly": True},
    )["UserPool"]["Id"]
    cognito.create_user_pool_domain(Domain=f"bizassist-{account}", UserPoolId=pool)
    resource_server = f"default-m2m-resource-server-{account}"
    cognito.create_resource_server(
        UserPoolId=pool,
        Identifier=resource_server,
        Name="Gateway tools",
        Scopes=[{"ScopeName": "read", "ScopeDescription": "Call the Gateway's tools"}],
    )
    web = cognito.create_user_pool_client(UserPoolId=pool, GenerateSecret=False, **WEB_CLIENT)[
        "UserPoolClient"
    ]["ClientId"]
    machine = cognito.create_user_pool_client(
        UserPoolId=pool,
        ClientName="gateway",
        GenerateSecret=True,
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthFlows=["client_credentials"],
        AllowedOAuthScopes=[f"{resource_server}/read"],
    )["UserPoolClient"]
    _people(cognito, pool, passwords)
    return {
        "user_pool_id": pool,
        "issuer": f"https://cognito-idp.{region}.amazonaws.com/{pool}",
        "web_client_id": web,
        "m2m_client_id": machine["ClientId"],
        "m2m_client_secret": machine["ClientSecret"],
        "m2m_scope": f"{resource_server}/read",
    }


def _people(
    cognito: "CognitoIdentityProviderClient", pool: str, passwords: Mapping[str, str]
) -> None:
    for group in (sample_data.USERS, sample_data.ADMINS):
        cognito.create_group(UserPoolId=pool, GroupName=group)
    for person in sample_data.PEOPLE:
        cognito.admin_create_user(
            UserPoolId=pool,
            Username=person.username,
            MessageAction="SUPPRESS",
            UserAttributes=[
                {"Name": "email", "Value": person.email},
                {"Name": "email_verified", "Value": "true"},
            ],
        )
        cognito.admin_set_user_password(
            UserPoolId=pool,
            Username=person.username,
            Password=passwords[person.username],
            Permanent=True,
        )
        for group in person.groups:
            cognito.admin_add_user_to_group(
                UserPoolId=pool, Username=person.username, GroupName=group
            )


def allow_callbacks(
    cognito: "CognitoIdentityProviderClient", known: Mapping[str, str], public: str
) -> None:
    """Update replaces every setting of a client, so all of them are sent again."""
    cognito.update_user_pool_client(
        UserPoolId=known["user_pool_id"],
        ClientId=known["web_client_id"],
        **WEB_CLIENT,
        CallbackURLs=[f"{public}/auth/callback"],
        LogoutURLs=[f"{public}/auth/signed-out"],
    )
