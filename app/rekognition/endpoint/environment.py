"""What a shell must know so that AWS's programs ask this endpoint."""

from __future__ import annotations

import shlex

REGION = "local"


def variables(url: str, access_key_id: str | None = None, secret: str | None = None) -> dict[str, str]:
    """By name. Without a key, words stand where its parts belong."""
    return {
        "AWS_ENDPOINT_URL_REKOGNITION": url,
        "AWS_ACCESS_KEY_ID": access_key_id or "KEY_ID",
        "AWS_SECRET_ACCESS_KEY": secret or "SECRET",
        "AWS_DEFAULT_REGION": REGION,
    }


def shell_line(url: str, access_key_id: str | None = None, secret: str | None = None) -> str:
    """For a POSIX shell, in one line."""
    given = variables(url, access_key_id, secret).items()
    return "export " + " ".join(f"{name}={shlex.quote(value)}" for name, value in given)


def powershell_line(url: str, access_key_id: str | None = None, secret: str | None = None) -> str:
    given = variables(url, access_key_id, secret).items()
    return "; ".join(f"$env:{name}='{value}'" for name, value in given)
