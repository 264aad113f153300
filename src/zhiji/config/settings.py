"""Django settings, all from the environment and the workspace. Secure unless a line here says why not."""

from __future__ import annotations

from pathlib import Path

from csp.constants import NONCE, NONE, SELF

from zhiji.config import discovery
from zhiji.platform.database import database_url
from zhiji.platform.environment import setting
from zhiji.platform.workspace import workspace

WORKSPACE = workspace()
SECRET_KEY = WORKSPACE.secret_key
DEBUG = False
WEB_FOLDER = Path(__file__).parent / "web"

PROXY = setting("ZHIJI_PROXY")
HOSTS = [host.strip() for host in setting("ZHIJI_HOSTS").split(",") if host.strip()]
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", *HOSTS]
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in HOSTS]
TLS = bool(PROXY or setting("ZHIJI_TLS_CERTIFICATE"))
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PROXY else None

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "axes",
    "csp",
    "zhiji.platform",
    "zhiji.data.landing",
    "zhiji.data.store",
    "zhiji.config",
    *discovery.with_models(),
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "zhiji.platform.middleware.ActorMiddleware",
    "zhiji.platform.idempotency.IdempotencyMiddleware",
]
ROOT_URLCONF = "zhiji.config.urls"
WSGI_APPLICATION = "zhiji.config.wsgi.application"
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]

LOCK_SECONDS = 30


def _database() -> dict[str, object]:
    url = database_url()
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(WORKSPACE.database),
            "OPTIONS": {
                # A deferred transaction that turns into a write fails at once when another writer was faster.
                "transaction_mode": "IMMEDIATE",
                "timeout": LOCK_SECONDS,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536; "
                "PRAGMA mmap_size=1073741824; PRAGMA temp_store=MEMORY;",
            },
            # Opening and closing a file of the database costs more than most requests ask of it.
            "CONN_MAX_AGE": 60,
            # WAL only works on a file, so tests run on one too.
            "TEST": {"NAME": str(WORKSPACE.database.with_name("test.db"))},
        }
    from psycopg.conninfo import conninfo_to_dict

    # As libpq reads it, so that sslmode, a socket's folder or another setting of the connection may stand in it.
    told = {name: str(value) for name, value in conninfo_to_dict(url).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": told.pop("dbname", ""),
        "USER": told.pop("user", ""),
        "PASSWORD": told.pop("password", ""),
        "HOST": told.pop("host", ""),
        "PORT": told.pop("port", ""),
        # As long as SQLite waits: without it a request would wait for another's lock for ever.
        "OPTIONS": {
            "connect_timeout": "10",
            **told,
            "options": f"-c lock_timeout={LOCK_SECONDS}s {told.get('options', '')}",
        },
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "platform.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
]
# Eight failures rest the account that they aimed at, from wherever, and the address that they came from, for a quarter
# of an hour: neither one account can be guessed from many places nor many accounts from one. An office behind one
# address shares its count, which each sign-in that succeeds takes back to zero.
AXES_FAILURE_LIMIT = 8
AXES_LOCK_OUT_AT_FAILURE = True
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = ["username", "ip_address"]
AXES_CLIENT_IP_CALLABLE = "zhiji.platform.addresses.client_address"
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_FORM_FIELD = "email"
AXES_SENSITIVE_PARAMETERS = ["email"]
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False
# Its middleware would replace our coded answer to a lock-out by a page of its own.
SILENCED_SYSTEM_CHECKS = ["axes.W002"]

SESSION_ENGINE = "zhiji.platform.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_SAVE_EVERY_REQUEST = False
# Behind TLS the __Host- prefix binds cookies to this host; plain loopback cannot carry Secure cookies in every browser.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = TLS
SESSION_COOKIE_NAME = "__Host-zhiji" if TLS else "zhiji"
CSRF_COOKIE_NAME = "__Host-csrftoken" if TLS else "csrftoken"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "zhiji.config.errors.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if TLS else 0
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        # antd writes its styles at run time; each page gets a nonce for that, so injected styles stay out.
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

LANGUAGE_CODE = "en"
USE_I18N = True
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "/static/"
WHITENOISE_ROOT = WEB_FOLDER if WEB_FOLDER.exists() else None
WHITENOISE_INDEX_FILE = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_TEMP_DIR = str(WORKSPACE.staging)
FILE_UPLOAD_PERMISSIONS = 0o600

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
NINJA_PAGINATION_MAX_LIMIT = 200
