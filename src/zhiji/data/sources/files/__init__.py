"""Files of strangers become rows of text: ``inspect`` says what a file is, ``read`` takes all its records.

Both parse in a process of their own under ``Limits``.
"""

from zhiji.data.sources.files.api import OPTIONS, inspect, read
from zhiji.data.sources.files.errors import FileError
from zhiji.data.sources.files.model import FileProfile, Limits, Received

__all__ = ["OPTIONS", "FileError", "FileProfile", "Limits", "Received", "inspect", "read"]
