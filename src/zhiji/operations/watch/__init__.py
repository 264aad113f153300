"""The watched folder: a file dropped there is imported, and a text beside it says what came of it."""

from zhiji.operations.watch.inbox import Inbox, dropped_files
from zhiji.operations.watch.taking import taken_step

__all__ = ["Inbox", "dropped_files", "taken_step"]
