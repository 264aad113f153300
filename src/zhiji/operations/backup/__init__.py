"""Backup of a whole workspace, its proof, and the way back."""

from zhiji.operations.backup.creating import backup_create, forget_old
from zhiji.operations.backup.restoring import Restore, backup_restore
from zhiji.operations.backup.sqlite import database_copy
from zhiji.operations.backup.verifying import backup_verify

__all__ = ["Restore", "backup_create", "backup_restore", "backup_verify", "database_copy", "forget_old"]
