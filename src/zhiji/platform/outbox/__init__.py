"""The outbox: mail is written in the business transaction, and sent after its commit."""

from zhiji.platform.outbox.mail import RELAY, mail_queue, mail_retry, mail_sweep
from zhiji.platform.outbox.relay import mail_relay
from zhiji.platform.outbox.transport import is_set_up

__all__ = ["RELAY", "is_set_up", "mail_queue", "mail_relay", "mail_retry", "mail_sweep"]
