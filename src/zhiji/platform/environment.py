"""All settings that come from outside, in one table. ``docs/settings.md`` is generated from it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Setting:
    """One environment variable: its name, default and meaning in both languages."""

    name: str
    default: str
    en: str
    zh: str


SETTINGS: tuple[Setting, ...] = (
    Setting("ZHIJI_HOME", "~/.zhiji", "Folder that holds the workspaces.", "存放各工作区的文件夹。"),
    Setting(
        "ZHIJI_WORKSPACE",
        "",
        "Name of the workspace to serve; empty means the one last chosen in the browser, at first `main`.",
        "要使用的工作区名称；留空则用上次在浏览器中选择的工作区，最初为 main。",
    ),
    Setting(
        "DATABASE_URL",
        "",
        "Empty for SQLite in the workspace, or `postgresql://user:password@host:5432/name`. "
        "`main` has its schema `public`; any other workspace, as the sample company's, one of its own there.",
        "留空则使用工作区内的 SQLite；也可填 `postgresql://用户:密码@主机:5432/库名`。main 使用其中的 public 模式，"
        "其他工作区（如示例公司）在该库中各有自己的模式（schema）。",
    ),
    Setting("ZHIJI_ENGINE", "duckdb", "Engine that reads the lake.", "读取数据湖的引擎。"),
    Setting("ZHIJI_BIND", "127.0.0.1", "Address to listen on.", "监听地址。"),
    Setting("ZHIJI_PORT", "8765", "Port to listen on.", "监听端口。"),
    Setting(
        "ZHIJI_HOSTS",
        "",
        "Host names served, separated by commas; required beyond loopback.",
        "允许访问的主机名，以逗号分隔；监听非本机地址时必填。",
    ),
    Setting(
        "ZHIJI_PROXY",
        "",
        "Address of the TLS proxy in front (its X-Forwarded-Proto is trusted); required beyond loopback.",
        "前置 TLS 代理的地址（信任其 X-Forwarded-Proto）；监听非本机地址时必填。",
    ),
    Setting(
        "ZHIJI_TLS_CERTIFICATE",
        "",
        "Certificate file (PEM) to serve TLS directly, with `ZHIJI_TLS_KEY`; another way beyond loopback.",
        "直接提供 TLS 时的证书文件（PEM），与 `ZHIJI_TLS_KEY` 同用；监听非本机地址的另一种方式。",
    ),
    Setting("ZHIJI_TLS_KEY", "", "Private key file (PEM) of that certificate.", "上述证书的私钥文件（PEM）。"),
    Setting(
        "ZHIJI_LANGUAGE",
        "",
        "Language of the command line: `zh` or `en`; empty follows LANG.",
        "命令行语言：zh 或 en；留空则跟随 LANG。",
    ),
    Setting(
        "ZHIJI_ENGINE_THREADS",
        "",
        "Threads for analysis; empty means the number of cores.",
        "分析用线程数；留空为 CPU 核数。",
    ),
    Setting(
        "ZHIJI_ENGINE_MEMORY_MB",
        "",
        "Megabytes that analysis may hold before it spills to disk; empty: a third of the machine's, 256 to 4096.",
        "分析可占用的内存（MB），超出部分写到磁盘；留空为本机内存的三分之一，介于 256 与 4096 之间。",
    ),
    Setting(
        "ZHIJI_ENGINE_SECONDS",
        "",
        "Longest that one question to the lake may take, in seconds; empty: no limit.",
        "单次查询数据湖的最长秒数；留空不限。",
    ),
    Setting(
        "ZHIJI_ENGINE_SPILL",
        "",
        "Folder for what does not fit in memory; empty: the system's temporary folder.",
        "内存放不下的数据写入的文件夹；留空为系统临时文件夹。",
    ),
    Setting(
        "ZHIJI_MAIL_URL",
        "",
        "`smtp://user:password@host:587` for invitations and password resets, `smtps://…` for TLS from the start; "
        "`?from=crm@company.com` names the sender where it is not the user. Empty: administrators hand links over.",
        "用于邀请和重置密码的 `smtp://用户:密码@主机:587`，全程 TLS 用 `smtps://…`；发件人与用户名不同时加 "
        "`?from=crm@company.com`。留空则把链接显示给管理员。",
    ),
    Setting(
        "ZHIJI_BACKUP_FOLDER",
        "",
        "Folder for a backup every night; empty means none by itself (`zhiji backup` then writes into the workspace).",
        "每晚自动备份的文件夹；留空则不自动备份（此时 `zhiji backup` 写入工作区内）。",
    ),
    Setting("ZHIJI_BACKUP_KEEP", "7", "How many automatic backups are kept.", "保留多少个自动备份。"),
    Setting(
        "ZHIJI_PRIVATE_HOSTS",
        "",
        "Hosts on private networks that sources may reach, by name or address and, if wanted, port, separated by "
        "commas (`db.internal:5432, 10.0.0.7`); all other private addresses are refused.",
        "数据源可以访问的内网主机，写名称或地址，可带端口，以逗号分隔（`db.internal:5432, 10.0.0.7`）；"
        "其他内网地址一律拒绝。",
    ),
    Setting(
        "ZHIJI_SOURCE_FOLDERS",
        "",
        "Folders whose SQLite files may be sources, separated by colons; empty: none.",
        "其中的 SQLite 文件可以作为数据源的文件夹，以冒号分隔；留空则不允许。",
    ),
    Setting(
        "ZHIJI_DATASETS",
        "",
        "Folder of public data sets for tests and benchmarks.",
        "测试与基准所用公开数据集的文件夹。",
    ),
)
_DEFAULTS = {setting.name: setting.default for setting in SETTINGS}


def setting(name: str) -> str:
    """The value of a setting of the table; any other name is a mistake in the code."""
    return os.environ.get(name) or _DEFAULTS[name]


def home() -> Path:
    return Path(setting("ZHIJI_HOME")).expanduser().resolve()
