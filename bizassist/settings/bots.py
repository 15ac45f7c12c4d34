"""What the chat service needs to know of a deployment."""

from bizassist.settings.environment import Process
from bizassist.settings.ssm_parameters import Parameters
from bots.personal_data.kept_rows import KEYS
from bots.personal_data.service import PersonalDataSettings
from bots.queue.service import QueueSettings
from bots.turn.service import TurnSettings
from bots.web.service import WebSettings


def queue_settings(deployment: Parameters, process: Process) -> QueueSettings:
    """The settings of the inbox and its consumers."""
    return QueueSettings(deployment.inbox_url, deployment.dead_letter_url, process.turns_at_once)


def turn_settings(deployment: Parameters, process: Process) -> TurnSettings:
    """The settings of turns."""
    return TurnSettings(
        ledger_table=deployment.ledger_table,
        workspaces_table=deployment.workspaces_table,
        uploads_bucket=deployment.uploads_bucket,
        results_key_id=deployment.tokens_key_id,
        public_url=process.public_url,
        runs_at_once=process.runs_at_once,
    )


def personal_data_settings(deployment: Parameters) -> PersonalDataSettings:
    """Where people's data lies, and the role that may read and erase all of it."""
    tables = {name: str(getattr(deployment, name)) for name in KEYS}
    return PersonalDataSettings(
        deployment.personal_data_role_arn, tables, deployment.uploads_bucket
    )


def web_settings(deployment: Parameters, public_url: str) -> WebSettings:
    """The settings of the web chat.

    :param public_url: where browsers reach the chat service.
    """
    return WebSettings(deployment.transcripts_table, deployment.user_pool_id, public_url)
