"""``kg train``: an extractor from annotated papers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kg.cli._common import existing_file, say


@click.command(
    short_help="Train an extractor on annotated papers.",
    epilog="""\b
Examples:
  kg train train.jsonl --dev dev.jsonl --out my-model
  kg train train.spacy --dev dev.spacy --out my-model --recipe cnn --quick
  kg train train.jsonl --dev dev.jsonl --out my-model --recipe encoder --raw papers.jsonl.xz
  kg train own.jsonl --dev own-dev.jsonl --out my-model --start ai-abstracts
  kg extract papers.txt --model my-model
""",
)
@click.argument("train_path", metavar="TRAIN", type=existing_file)
@click.option(
    "--dev",
    "dev_path",
    type=existing_file,
    required=True,
    metavar="FILE",
    help="Papers to choose by.",
)
@click.option("--out", required=True, metavar="MODEL", help="Folder to write.")
@click.option(
    "--recipe",
    type=click.Choice(["auto", "cnn", "encoder"]),
    default="auto",
    show_default=True,
    help="cnn: spaCy, minutes. encoder: as the shipped model, needs 'paperkg[train]', hours.",
)
@click.option("--name", metavar="NAME", help="The model's name; the folder's by default.")
@click.option("--model-version", default="1.0.0", show_default=True, help="The model's version.")
@click.option("--seed", type=int, default=0, show_default=True, help="Same seed, same model.")
@click.option("--quick", is_flag=True, help="A short run, to see that everything works.")
@click.option(
    "--steps",
    type=click.IntRange(min=1),
    help="Steps (cnn), epochs of the first teacher (encoder), not the recipe's own.",
)
@click.option(
    "--pretrain",
    type=existing_file,
    metavar="FILE",
    help="Encoder: SciREX mentions to start from.",
)
@click.option(
    "--raw",
    type=existing_file,
    metavar="FILE",
    help="Encoder: unannotated papers for self-training; needs 'paperkg[train-large]'.",
)
@click.option(
    "--standoff",
    type=existing_file,
    metavar="FILE",
    help="Encoder: annotations of papers in --raw, without texts: annotations/abstracts.jsonl.",
)
@click.option(
    "--start",
    metavar="MODEL",
    help="Encoder: go on from this model, not from bare MiniLM; 'ai-abstracts': the shipped one.",
)
def command(**options: Any) -> None:
    """Train an extractor on the annotated papers in TRAIN and write it to MODEL.

    TRAIN and --dev are JSON Lines of papers with mentions ({field, start, end,
    type, role}), SciER's sentences, or spaCy's .spacy; types are your own.
    --model MODEL makes the other commands use the result.

    With --start the training goes on from an encoder trained before: it needs fewer
    examples, and types and roles of the same name keep what they know.
    """
    from kg.train import train, work_folder

    try:
        out = train(**options, say=say)
    except KeyboardInterrupt:
        work = work_folder(Path(options["out"]))
        kept = f"what is finished is kept in {work}, and the same command goes on from there"
        done = kept if work.exists() else "nothing was written"
        raise KeyboardInterrupt(f"interrupted; {done}") from None
    say(f"wrote {out}; try: kg evaluate {options['dev_path']} --model {out}")
