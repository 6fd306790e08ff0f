"""``kg completion``: the script that makes a shell complete kg's commands."""

from __future__ import annotations

import click


@click.command(
    short_help="Print a shell completion script.",
    epilog="""\b
Examples:
  kg completion bash >> ~/.bashrc
  kg completion zsh >> ~/.zshrc
  kg completion fish > ~/.config/fish/completions/kg.fish
""",
)
@click.argument("shell", metavar="SHELL", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print the completion script for SHELL: bash, zsh or fish."""
    from click.shell_completion import get_completion_class

    from kg.cli import cli

    kind = get_completion_class(shell)
    if kind is None:  # pragma: no cover - the choice above allows only these three
        raise click.UsageError(f"no completion for {shell}")
    click.echo(kind(cli, {}, "kg", "_KG_COMPLETE").source())
