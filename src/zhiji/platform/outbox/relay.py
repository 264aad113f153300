"""The relay: takes what is due out of the outbox, one mail after another, under the lease of its job."""

from __future__ import annotations

from zhiji.platform.jobs import Task
from zhiji.platform.outbox.mail import mail_deliver, mail_due
from zhiji.platform.outbox.transport import is_set_up


def mail_relay(task: Task) -> bool:
    """One relay at a time (``unique_key``), and where its worker was killed another takes over: each mail is in one
    hand. What waits for its next try is no job that waits: ``mail_sweep`` starts the relay again when it is due.
    """
    done = task.job.progress_done
    while is_set_up() and (mail := mail_due()) is not None:
        if task.time_is_up():
            return False
        task.breathe()
        with task.held():
            mail_deliver(mail)
        done += 1
        task.save(done=done)
    return True
