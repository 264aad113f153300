"""Backup of a whole workspace, its proof, and the way back."""

from zhiji.operations.backup.before import copy_before_migration, copy_put_back
from zhiji.operations.backup.creating import backup_create, forget_old
from zhiji.operations.backup.postgres import set_aside
from zhiji.operations.backup.restoring import Restore, backup_restore
from zhiji.operations.backup.verifying import backup_verify

__all__ = [
    "Restore",
    "backup_create",
    "backup_restore",
    "backup_verify",
    "copy_before_migration",
    "copy_put_back",
    "forget_old",
    "set_aside",
]
