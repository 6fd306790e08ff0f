"""The command line: one module per command, each a thin skin over the library.

A module of this package without a leading underscore defines ``command``, a
:class:`click.Command`; it is found by its file name (``_`` becomes ``-``).
Modules import nothing heavy at the top, so that ``kg --help`` answers at once.
"""

from __future__ import annotations

import io
import os
import pkgutil
import signal
import sys
import threading
from collections.abc import Callable
from importlib import import_module
from typing import Any, BinaryIO, TypeVar

import click

from kg import __version__
from kg.errors import KGError, UsageError

T = TypeVar("T")

EPILOG = """\b
Start here:
  kg demo                              build the bundled sample and look at it
  kg build papers.txt --out out        your own pile of papers
  kg view out                          open the graph in the browser
  kg query out shared-concepts         ask it something
"""


class _ReaderGone(Exception):
    """Whoever read the standard output (head, less) has gone."""


def _until_reader_goes(work: Callable[..., T], *args: Any, **more: Any) -> T:
    """Do ``work``; click would make a closed pipe an exit with 1, which is no failure of ours."""
    try:
        return work(*args, **more)
    except BrokenPipeError:
        raise _ReaderGone from None


class _Commands(click.Group):
    """A group whose commands are the modules beside this one, loaded on use."""

    def make_context(self, *args: Any, **more: Any) -> click.Context:
        return _until_reader_goes(super().make_context, *args, **more)  # prints --help

    def invoke(self, ctx: click.Context) -> Any:
        return _until_reader_goes(super().invoke, ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:
        names = (m.name for m in pkgutil.iter_modules(__path__))
        return sorted(name.replace("_", "-") for name in names if not name.startswith("_"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        module = import_module(f"{__name__}.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            hint = _nearest(args[0], self.list_commands(ctx))
            raise click.UsageError(f"{error.message}{hint}", ctx) from None


def _nearest(name: str, known: list[str]) -> str:
    from kg.nearest import find_nearest

    close = find_nearest(name, known, limit=2)
    return f" Did you mean {' or '.join(close)}?" if close else ""


@click.group(
    cls=_Commands,
    name="kg",
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="paperkg")
@click.option("-q", "--quiet", is_flag=True, help="Errors only on stderr.")
@click.option("-v", "--verbose", count=True, help="List every refusal; -vv: a bug's traceback.")
@click.pass_context
def cli(ctx: click.Context, quiet: bool, verbose: int) -> None:
    """From a pile of paper abstracts to a knowledge graph: offline, in seconds.

    Papers, and the methods, datasets, benchmarks, tasks, metrics and project
    URLs they share.  Every edge can be traced to the words that support it.
    """
    ctx.ensure_object(dict).update(quiet=quiet, verbose=verbose)


def main(args: list[str] | None = None) -> None:
    """Run the command line; a :class:`KGError` becomes one line and its exit code."""
    if args is None:
        _mend_streams()
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _stop)
    options: dict[str, int] = {}
    try:
        code = cli.main(args, prog_name="kg", standalone_mode=False, obj=options)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        raise SystemExit(0) from None
    except _ReaderGone:
        # Silence the flush at exit as well.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from None
    except (
        click.ClickException,
        KGError,
        OSError,
        RecursionError,
        KeyboardInterrupt,
        click.exceptions.Abort,
    ) as error:
        message, status = _explain(error)
        click.echo(f"kg: {' '.join(message.split())}", err=True)
        raise SystemExit(status) from None
    except Exception as error:
        if options.get("verbose", 0) > 1:
            raise
        what = " ".join(f"{type(error).__name__}: {error}".split())
        click.echo(f"kg: a bug, please report it: {what[:300]} (kg -vv ... says where)", err=True)
        raise SystemExit(1) from None
    raise SystemExit(code if isinstance(code, int) else 0)


class _NoInput(io.TextIOBase):
    """In the place of a standard input that is closed (``<&-``)."""

    @property
    def buffer(self) -> BinaryIO:
        raise UsageError("-: the standard input is closed; name a file, or pipe something in")


def _mend_streams() -> None:
    """Make the three streams what the commands take them for: open, and fit for any letter."""
    if sys.stdin is None:
        os.open(os.devnull, os.O_RDONLY)  # takes the free number, which a file would get else
        sys.stdin = _NoInput()
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            setattr(sys, name, os.fdopen(nowhere, "w", encoding="utf-8"))
        stream = getattr(sys, name)
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _explain(error: BaseException) -> tuple[str, int]:
    """Return the line that tells the user of ``error``, and the exit status."""
    if isinstance(error, KGError):
        return str(error), error.exit_code
    if isinstance(error, click.ClickException):
        return _usage(error), error.exit_code
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror or error}", 1
    if isinstance(error, RecursionError):
        return "the input is nested too deeply to be read", 1
    return str(error) or "interrupted; nothing was changed", 130


def _usage(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    hint = f" (see '{context.command_path} --help')" if context else ""
    return error.format_message().rstrip(".") + hint


def _stop(number: int, frame: object) -> None:
    """Turn SIGTERM into what Ctrl-C is, so that half-written folders are taken away."""
    raise KeyboardInterrupt
