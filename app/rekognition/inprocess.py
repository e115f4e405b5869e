"""AWS's own clients without a server: their requests are answered before they would be sent."""

from __future__ import annotations

import io
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from app.domain.errors import LikenessError
from app.domain.records import Origin
from app.rekognition.wire import Response
from app.services.workbench import Workbench

if TYPE_CHECKING:
    from app.rekognition.core import Rekognition

# Clients want a region and an address; a request that should ever get past the handler finds nobody there.
REGION: Final = "us-east-1"
ADDRESS: Final = "https://rekognition.likeness.invalid"
SERVICE: Final = "rekognition"

INSTALL: Final = (
    "The AWS CLI and boto3 are an extra of Likeness that is not installed here: "
    "pip install 'likeness[aws]'. Without it “likeness call” runs the same operations, and “likeness serve” "
    "answers the AWS CLI that is on this machine."
)


class MissingExtra(LikenessError):
    """The AWS CLI or boto3 is not installed."""


class OtherService(LikenessError):
    """A request to another service than Rekognition: it is not sent."""

    code = "AccessDeniedException"


class BeforeSend:
    """botocore's before-send event, for every service: Rekognition's requests are answered here, and those
    to any other service are refused, so that nothing leaves the machine.

    `core` gives the operations; it is asked with the operation's name when there is a request.
    """

    def __init__(self, core: Callable[[str], Rekognition]) -> None:
        self._core = core

    def __call__(self, request: Any, event_name: str, **_: object) -> Any:
        """Raises LikenessError, which the client hands on."""
        service = event_name.split(".")[1]
        if service != SERVICE:
            raise OtherService(
                f"This is a request to {service}; only Rekognition is answered on this machine, and nothing "
                "is sent elsewhere. Use the AWS CLI itself for it."
            )
        operation = event_name.split(".")[2]
        target = _text(request.headers["X-Amz-Target"])
        return _received(request.url, self._core(operation).handle(target, _bytes(request.body)))


def boto3_client(library: Path | str | Workbench, **options: Any) -> Any:
    """A boto3 client for Rekognition whose requests are answered in this process, from a library.

        rekognition = boto3_client("~/Pictures/library")
        rekognition.list_collections()

    Args:
        library: its folder, which is opened (and made where there is none yet), and closed with
            `client.close()`, when nobody uses the client any more, or when the program ends; or an open
            workbench, which stays open.
        options: for boto3's `Session.client`, such as `config`. Address, region and credentials are fixed:
            no profile is read, and no network is tried.
    Raises MissingExtra, and LibraryError for what is no library.
    """
    session = _session()
    opened = None if isinstance(library, Workbench) else _opened(Path(library).expanduser())
    bench = library if isinstance(library, Workbench) else opened
    assert bench is not None
    try:
        client = _client(session, bench, options)
    except BaseException:
        if opened is not None:
            opened.close()
        raise
    if opened is not None:
        _close_with(client, opened)
    return client


def _session() -> Any:
    try:
        import boto3
        import botocore.session
    except ImportError as error:
        raise MissingExtra(INSTALL) from error
    made = botocore.session.Session(_NOWHERE)
    for variable, value in _FIXED.items():
        made.set_config_variable(variable, value)
    made.set_credentials("likeness", "likeness")
    return boto3.Session(botocore_session=made, region_name=REGION)


# Whatever profile the account has, it is not for here: no key of it is used, and nothing it names is run.
# As botocore has it: the name in a file, in the environment, the default, the conversion.
_NOWHERE: Final = {
    "profile": (None, None, None, None),
    "config_file": (None, None, "", None),
    "credentials_file": (None, None, "", None),
}
_FIXED: Final[dict[str, Any]] = {
    "region": REGION,
    "defaults_mode": "legacy",
    "csm_enabled": False,
    "ignore_configured_endpoint_urls": True,
}


def _client(session: Any, bench: Workbench, options: dict[str, Any]) -> Any:
    from botocore import UNSIGNED
    from botocore.config import Config

    from app.rekognition.core import Rekognition

    core = Rekognition(bench, Origin.COMMAND_LINE)
    config = Config(
        signature_version=UNSIGNED,
        use_fips_endpoint=False,
        use_dualstack_endpoint=False,
        # What failed here mostly fails again: there is no network between.
        retries={"total_max_attempts": 2, "mode": "standard"},
    )
    given = options.pop("config", None)
    client = session.client(
        SERVICE,
        endpoint_url=ADDRESS,
        config=config if given is None else given.merge(config),
        **options,
    )
    client.meta.events.register_first("before-send", BeforeSend(lambda operation: core))
    return client


def _opened(folder: Path) -> Workbench:
    # The one way up of this package (docs/adr/0081): a script starts here, with nobody above it who could
    # have put the workbench together.
    from app.bootstrap.workbench import open_workbench
    from app.settings import paths
    from app.settings.settings import SettingsStore

    return open_workbench(folder, Origin.COMMAND_LINE, SettingsStore(paths.settings_file()).current)


def _close_with(client: Any, bench: Workbench) -> None:
    finalizer = weakref.finalize(client, bench.close)
    close = client.close

    def closed() -> None:
        close()
        finalizer()

    client.close = closed


def _received(url: str, answer: Response) -> Any:
    from botocore.awsrequest import AWSResponse

    return AWSResponse(url, answer.status, answer.headers, _Body(answer.body))


class _Body(io.BytesIO):
    """As urllib3's responses are read."""

    def stream(self, amount: int = 65_536, **_: object) -> Iterator[bytes]:
        while chunk := self.read(amount):
            yield chunk


def _text(value: str | bytes) -> str:
    return value.decode("ascii") if isinstance(value, bytes) else value


def _bytes(body: Any) -> bytes:
    if isinstance(body, str):
        return body.encode()
    if body is None or isinstance(body, bytes | bytearray):
        return bytes(body or b"")
    content: bytes = body.read()
    return content
