"""What this package has to know about its deployment."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IdentitySettings:
    """Where identity lives in this deployment.

    :param issuer: as tokens name it; addresses come from ``discovery_url`` only.
    :param public_url: our own base URL, as browsers know it, without a slash at its end.
    :param trusted_proxies: how many proxies of ours stand between the browsers and us.
    """

    user_pool_id: str
    issuer: str
    discovery_url: str
    web_client_id: str
    links_table: str
    link_requests_table: str
    sessions_table: str
    audit_table: str
    forgetting_table: str
    tokens_key_id: str
    memory_id: str
    memory_role_arn: str
    public_url: str
    trusted_proxies: int = 0
