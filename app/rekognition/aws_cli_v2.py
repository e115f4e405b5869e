"""What scripts know from the AWS CLI's second version, added to the first."""

from __future__ import annotations

import base64
import binascii
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

import yaml  # type: ignore[import-untyped]
from awscli import clidriver
from awscli.argprocess import ParamError
from awscli.arguments import CustomArgument
from awscli.customizations.arguments import OverrideRequiredArgsArgument
from awscli.formatter import FullyBufferedFormatter, is_response_paginated
from awscli.paramfile import LOCAL_PREFIX_MAP, get_paramfile

from app.rekognition.model import ServiceModel
from app.rekognition.names import command_names

_PREFIX: Final = "rekognition"
_IGNORED: Final = {
    "no-cli-pager": "No pager is used.",
    "cli-auto-prompt": "Nothing is asked.",
    "no-cli-auto-prompt": "Nothing is asked.",
}


def add_to(session: Any) -> None:
    """For Rekognition's commands; call before the session's first use."""
    # The handlers of a shorter event name are called after those of a longer one, and the CLI's own
    # arguments are there when the last handler of the shortest is called.
    emitter = session.get_component("event_emitter")
    emitter.register_last("building-top-level-params", _add_options)
    emitter.register_last("building-argument-table", _add_input_yaml)
    skeleton = _YamlSkeleton(session)
    emitter.register(f"operation-args-parsed.{_PREFIX}", skeleton.take)
    emitter.register(f"calling-command.{_PREFIX}", skeleton.write)
    emitter.register_last("calling-command", _decode_blobs)


@contextmanager
def yaml_output() -> Iterator[None]:
    """The CLI asks one function for all formatters and has no way to add one: it is replaced for a while."""
    original = clidriver.get_formatter

    def get_formatter(format_type: str, args: Any) -> Any:
        if format_type in _FORMATTERS:
            return _FORMATTERS[format_type](args)
        return original(format_type, args)

    clidriver.get_formatter = get_formatter
    try:
        yield
    finally:
        clidriver.get_formatter = original


# Options


def _add_options(argument_table: dict[str, Any], **_: object) -> None:
    outputs = argument_table["output"].choices
    outputs.extend(name for name in _FORMATTERS if name not in outputs)
    for name, help_text in _IGNORED.items():
        argument_table[name] = CustomArgument(name, help_text=help_text, action="store_true")
    argument_table["cli-binary-format"] = CustomArgument(
        "cli-binary-format",
        help_text="Text for a blob is taken as base64 where it is that, else as it is.",
        choices=["base64", "raw-in-base64-out"],
    )


def _add_input_yaml(session: Any, operation_model: Any, argument_table: dict[str, Any], **_: object) -> None:
    if operation_model.service_model.service_name != _PREFIX:
        return
    skeletons = argument_table["generate-cli-skeleton"].choices
    if "yaml-input" not in skeletons:
        skeletons.append("yaml-input")
    _InputYaml(session).add_to_arg_table(argument_table)


class _InputYaml(OverrideRequiredArgsArgument):  # type: ignore[misc]
    ARG_DATA: Final = {
        "name": "cli-input-yaml",
        "help_text": "Reads arguments from the YAML string provided, or from a file with ``file://``. Values "
        "on the command line override those. A blob is base64, or has the tag ``!!binary``.",
    }

    def _register_argument_action(self) -> None:
        self._session.register(f"calling-command.{_PREFIX}", self._fill_in)
        super()._register_argument_action()

    def _fill_in(self, call_parameters: dict[str, Any], parsed_args: Any, **_: object) -> None:
        given = getattr(parsed_args, "cli_input_yaml", None)
        if given is None:
            return
        text = get_paramfile(given, LOCAL_PREFIX_MAP)
        try:
            found = yaml.safe_load(given if text is None else text)
        except (yaml.YAMLError, RecursionError) as error:
            raise ParamError(self.name, f"Invalid YAML: {error}") from error
        if not isinstance(found, dict):
            raise ParamError(self.name, "Invalid YAML: the input must be a mapping of parameters.")
        for member, value in found.items():
            call_parameters.setdefault(member, value)


class _YamlSkeleton:
    """`--generate-cli-skeleton yaml-input`."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self._asked = False

    def take(self, parsed_args: Any, **_: object) -> None:
        """The CLI's own handler takes every word for one it knows, and would write JSON."""
        if getattr(parsed_args, "generate_cli_skeleton", None) == "yaml-input":
            parsed_args.generate_cli_skeleton = None
            self._asked = True

    def write(self, event_name: str, **_: object) -> int | None:
        if not self._asked:
            return None
        from botocore.utils import ArgumentGenerator

        operation = command_names()[event_name.rsplit(".", 1)[1]]
        shape = self._session.get_service_model(_PREFIX).operation_model(operation).input_shape
        sys.stdout.write(_yaml(ArgumentGenerator().generate_skeleton(shape)))
        return 0


# Blobs


def _decode_blobs(call_parameters: dict[str, Any], event_name: str, **_: object) -> None:
    """The first version sends the letters of base64 as the blob. No picture is text, so nothing that
    would have worked is read in another way."""
    parts = event_name.split(".")
    model = ServiceModel()
    operation = command_names().get(parts[2]) if parts[1] == _PREFIX else None
    if operation is not None and operation in model.operations:
        call_parameters.update(_decoded(model, model.operations[operation].input, call_parameters))


def _decoded(model: ServiceModel, name: str, value: Any) -> Any:
    shape = model.table.shapes[name]
    if shape.type == "structure" and isinstance(value, dict):
        members = shape.members
        return {
            member: _decoded(model, members[member], item) if member in members else item
            for member, item in value.items()
        }
    if shape.type == "blob" and isinstance(value, str):
        try:
            return base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            return value
    return value


# YAML out


class _Yaml(FullyBufferedFormatter):  # type: ignore[misc]
    def _format_response(self, command_name: str, response: Any, stream: Any) -> None:
        if response != {}:
            stream.write(_yaml(response))


class _YamlStream(_Yaml):
    """Each page as a part of one list."""

    def __call__(self, command_name: str, response: Any, stream: Any = None) -> None:
        if not is_response_paginated(response):
            super().__call__(command_name, response, stream)
            return
        for page in response:
            super().__call__(command_name, page, stream)

    def _format_response(self, command_name: str, response: Any, stream: Any) -> None:
        stream.write(_yaml([response]))


class _Off(FullyBufferedFormatter):  # type: ignore[misc]
    def _format_response(self, command_name: str, response: Any, stream: Any) -> None:
        """Nothing is said but errors."""


_FORMATTERS: Final = {"yaml": _Yaml, "yaml-stream": _YamlStream, "off": _Off}


def _yaml(value: Any) -> str:
    class Dumper(yaml.SafeDumper):  # type: ignore[misc]
        def ignore_aliases(self, data: object) -> bool:
            return True

    # Answers are subclasses of dict in some versions, and times are text in all of the CLI's formats.
    Dumper.add_multi_representer(dict, lambda dumper, data: dumper.represent_dict(data.items()))
    Dumper.add_multi_representer(datetime, lambda dumper, data: dumper.represent_str(data.isoformat()))
    text: str = yaml.dump(
        value, Dumper=Dumper, sort_keys=False, allow_unicode=True, default_flow_style=False, width=10**6
    )
    # The end of a document, which stands after a lone value.
    return text.removesuffix("...\n")
