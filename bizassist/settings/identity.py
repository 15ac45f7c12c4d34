"""What identity needs to know of a deployment."""

from bizassist.settings.ssm_parameters import Parameters
from identity.settings import IdentitySettings


def identity_settings(
    deployment: Parameters, public_url: str, trusted_proxies: int = 0
) -> IdentitySettings:
    """The settings of identity, out of a deployment's parameters.

    :param public_url: where browsers reach the chat service.
    :param trusted_proxies: how many proxies of ours stand before it.
    """
    return IdentitySettings(
        user_pool_id=deployment.user_pool_id,
        issuer=deployment.issuer,
        discovery_url=deployment.discovery_url,
        web_client_id=deployment.web_client_id,
        links_table=deployment.links_table,
        link_requests_table=deployment.link_requests_table,
        sessions_table=deployment.sessions_table,
        audit_table=deployment.audit_table,
        forgetting_table=deployment.forgetting_table,
        tokens_key_id=deployment.tokens_key_id,
        memory_id=deployment.memory_id,
        memory_role_arn=deployment.memory_role_arn,
        public_url=public_url,
        trusted_proxies=trusted_proxies,
    )
