"""Background entrances: the mail of a password reset, so that the answer takes as long for any address."""

from __future__ import annotations

from zhiji.application.accounts import mail, services
from zhiji.platform.company import company
from zhiji.platform.jobs import Task
from zhiji.platform.models import User


def password_reset_mail(task: Task) -> bool:
    """params: ``user_id`` (0: nobody has that address) and ``page``, the address that the link leads to."""
    user = User.objects.filter(pk=task.params["user_id"], is_active=True).first()
    if user is not None:
        secret = services.password_reset_link_create(by=None, user=user)
        mail.link_send(
            to=user.email, code="mail_password_reset", language=user.language, company=company().name,
            url=f"{task.params['page']}#token={secret}",
        )  # fmt: skip
    return True


JOBS = {"password_reset_mail": password_reset_mail}
