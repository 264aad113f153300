"""Refusals of this room. Texts stand in ``messages.zh.toml`` and ``messages.en.toml``."""

from __future__ import annotations

from typing import Any

from zhiji.kernel import CodedError


class FileError(CodedError):
    """A file as a whole cannot be taken."""


class FileMissing(FileError):
    code = "file_missing"


class FileEmpty(FileError):
    code = "file_empty"


class FileWithoutRecords(FileError):
    code = "file_without_records"


class FileTooLarge(FileError):
    code = "file_too_large"
    status = 413


class FileNotTable(FileError):
    code = "file_not_table"


class FileIsWebPage(FileError):
    code = "file_is_web_page"


class FileAllBroken(FileError):
    code = "file_all_broken"


class FileTooWide(FileError):
    code = "file_too_wide"


class OptionUnknown(FileError):
    code = "file_option_unknown"
    status = 422


class EncodingWrong(FileError):
    code = "encoding_wrong"


class ArchiveTooLarge(FileError):
    code = "archive_too_large"
    status = 413


class ArchiveBroken(FileError):
    code = "archive_broken"


class WorkbookEncrypted(FileError):
    code = "workbook_encrypted"


class WorkbookEntities(FileError):
    code = "workbook_entities"


class WorkbookBroken(FileError):
    code = "workbook_broken"


class SheetSparse(FileError):
    code = "sheet_sparse"


class SheetNotFound(FileError):
    code = "sheet_not_found"


class HeaderMerged(FileError):
    code = "header_merged"


class JsonBroken(FileError):
    code = "json_broken"


class JsonTooDeep(FileError):
    code = "json_too_deep"


class JsonNotRecords(FileError):
    code = "json_not_records"


class ParquetBroken(FileError):
    code = "parquet_broken"


class ParquetNested(FileError):
    code = "parquet_nested"


class ParquetGroupTooLarge(FileError):
    code = "parquet_group_too_large"


class ReaderOutOfMemory(FileError):
    code = "reader_out_of_memory"
    status = 413


class ReaderOutOfTime(FileError):
    code = "reader_out_of_time"
    status = 413


class ReaderOutputTooLarge(FileError):
    code = "reader_output_too_large"
    status = 413


class ReaderFailed(FileError):
    """The parsing process died. The file is suspect; nothing of it was taken."""

    code = "reader_failed"


def raise_coded(value: dict[str, Any]) -> None:
    """Raise again, in this process, the refusal that the parsing process reported."""
    for kind in FileError.__subclasses__():
        if kind.code == value["code"]:
            raise kind(where=dict(value.get("where", {})), **value.get("params", {}))
    raise ReaderFailed(name=str(value.get("params", {}).get("name", "")), detail=str(value["code"]))
