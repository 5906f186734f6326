"""``python -m bench.digest FOLDER``: how well themes and proposals are found, and what it costs.

The folder holds texts that people labelled, a JSON object a line (`text`, a label such as `topic`,
for proposals perhaps `proposal`); none of them belongs to this repository. From each set
workshops are made: 60, 200 and 600 replies of 2 to 15 themes of unequal size, drawn by seed.
Scores are means over the workshops: AMI and ARI for themes that were found, macro-F1 for themes
that were named.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

# One core, as the bot's own worker has it: else what is measured is the machine.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score, f1_score

from bench import machine
from flows.digest import assign, cluster, is_proposal
from flows.digest.features import WORDS_ALONE, Vectors
from flows.digest.sentences import DIMENSIONS, embed

READ_HERE = Path(__file__).with_name("proposals.json")
"""Which texts of public sets ask for something, by the first letters of their ids and no word of
theirs; read and labelled here, as docs/digest.md tells."""
_ID_LETTERS = 10

LABELS = ("topic", "category", "intent", "domain", "label")
OUT_OF_SCOPE = "oos"
SIZES = (60, 200, 600)
SEEDS = 3
FEWEST_OF_A_SET = 60
SCALES = (600, 10_000, 100_000)

FLOORS = {
    "themes, words (Swedish)": 0.58,
    "themes, meaning (Swedish)": 0.70,
    "named, meaning (Swedish)": 0.72,
}
LIMITS_S = {600: 2.0, 10_000: 15.0, 100_000: 60.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledSet:
    """Texts of one language with what each is about, and the model's rows for them."""

    name: str
    language: str
    texts: tuple[str, ...]
    labels: tuple[str, ...]
    vectors: Vectors | None


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print the tables; 1 if a floor is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.digest", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scale", action="store_true", help="only what it costs")
    parser.add_argument("--quality", action="store_true", help="only how good it is")
    wanted = parser.parse_args(arguments)
    files = sorted(wanted.folder.glob("*.jsonl"))
    if not files:
        print(f"{wanted.folder}: no *.jsonl there; write DATA=the folder with labelled texts")
        return 2
    facts = machine.describe()
    print(f"{datetime.now(UTC):%Y-%m-%d} · " + " · ".join(facts.values()))
    met = True
    if not wanted.scale:
        met = _quality([one for file in files for one in _sets(file)])
        _proposals(files)
    if not wanted.quality:
        met = _cost(_some_texts(files)) and met
    return 0 if met else 1


# ------------------------------------------------------------------- the sets


def _sets(file: Path) -> Iterator[LabelledSet]:
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line]
    kinds = [kind for kind in LABELS if rows and kind in rows[0]]
    languages = sorted({row.get("lang", _language_of(file)) for row in rows})
    for language in languages:
        own = [row for row in rows if row.get("lang", _language_of(file)) == language]
        if len(own) < FEWEST_OF_A_SET or not kinds:
            continue
        texts = tuple(str(row["text"]) for row in own)
        vectors = embed(texts)
        for kind in kinds:
            labels = tuple(str(row[kind]) for row in own)
            name = f"{file.name.split('.')[0]} {kind}" + (
                f" {language}" if len(languages) > 1 else ""
            )
            yield LabelledSet(
                name=name, language=language, texts=texts, labels=labels, vectors=vectors
            )


def _language_of(file: Path) -> str:
    return "sv" if "_sv" in file.name else "en"


def workshops(labels: Sequence[str], name: str) -> Iterator[list[int]]:
    """Places of replies that make a workshop: themes of unequal size, some replies of none."""
    by_label: dict[str, list[int]] = defaultdict(list)
    for place, label in enumerate(labels):
        by_label[label].append(place)
    strays = by_label.pop(OUT_OF_SCOPE, [])
    names = sorted(by_label)
    for size in SIZES:
        for seed in range(SEEDS):
            chance = random.Random(f"{name}/{size}/{seed}")
            chosen = chance.sample(names, min(chance.randint(2, 15), len(names)))
            shares = [chance.uniform(0.3, 1.5) for _ in chosen]
            inside = round(size * 0.92) if strays else size
            places: list[int] = []
            for label, share in zip(chosen, shares, strict=True):
                number = max(2, round(inside * share / sum(shares)))
                places += chance.sample(by_label[label], min(number, len(by_label[label])))
            if strays:
                places += chance.sample(strays, min(len(strays), round(size * 0.08)))
            if len(places) >= size / 2:
                chance.shuffle(places)
                yield places


# ------------------------------------------------------------------ how good


def _quality(sets: Sequence[LabelledSet]) -> bool:
    print(f"\n{'set':34} {'words: AMI':>10} {'ARI':>6} {'meaning: AMI':>13} {'ARI':>6} {'k×':>5}"
          f" {'named: words F1':>16} {'meaning F1':>11}")  # fmt: skip
    scores: dict[str, list[float]] = defaultdict(list)
    for one in sets:
        found = {"words": _found(one, WORDS_ALONE)}
        named = {"words": _named(one, meaning=False)}
        if one.vectors is not None:
            found["meaning"] = _found(one, one.vectors)
            named["meaning"] = _named(one, meaning=True)
        for way, value in found.items():
            scores[f"themes, {way} (all)"].append(value[0])
            if one.language == "sv":
                scores[f"themes, {way} (Swedish)"].append(value[0])
        for way, score in named.items():
            scores[f"named, {way} (all)"].append(score)
            if one.language == "sv":
                scores[f"named, {way} (Swedish)"].append(score)
        meaning = found.get("meaning", (float("nan"),) * 3)
        print(f"{one.name:34} {found['words'][0]:10.3f} {found['words'][1]:6.3f} {meaning[0]:13.3f}"
              f" {meaning[1]:6.3f} {meaning[2]:5.2f} {named['words']:16.3f}"
              f" {named.get('meaning', float('nan')):11.3f}", flush=True)  # fmt: skip
    print()
    met = True
    for what, values in sorted(scores.items()):
        mean, floor = statistics.mean(values), FLOORS.get(what)
        met = met and (floor is None or mean >= floor)
        mark = "" if floor is None else f"  {'✓' if mean >= floor else '✗'} at least {floor:.2f}"
        print(f"{what:34} {mean:6.3f}{mark}")
    return met


def _found(one: LabelledSet, vectors: Vectors) -> tuple[float, float, float]:
    """Mean AMI, ARI, and how many themes were found for each true one."""
    scores = []
    for places in workshops(one.labels, one.name):
        rows = None if vectors.rows is None else vectors.rows[places]
        found = cluster(
            [one.texts[place] for place in places],
            one.language,
            vectors=Vectors(rows=rows, model=vectors.model),
        )
        pairs = [
            (one.labels[place], label)
            for place, label in zip(places, found, strict=True)
            if one.labels[place] != OUT_OF_SCOPE
        ]
        true, told = zip(*pairs, strict=True)
        scores.append((
            adjusted_mutual_info_score(true, told),
            adjusted_rand_score(true, told),
            len(set(told)) / len(set(true)),
        ))  # fmt: skip
    columns = [statistics.mean(column) for column in zip(*scores, strict=True)]
    return columns[0], columns[1], columns[2]


def _named(one: LabelledSet, *, meaning: bool) -> float:
    """Macro-F1 of putting every text under its label, told by the label's name alone."""
    names = sorted(set(one.labels) - {OUT_OF_SCOPE})
    places = [at for at, label in enumerate(one.labels) if label != OUT_OF_SCOPE]
    headings = [name.replace("_", " ").replace("-", " ") for name in names]
    vectors, of_themes = WORDS_ALONE, None
    if meaning and one.vectors is not None and one.vectors.rows is not None:
        vectors = Vectors(rows=one.vectors.rows[places], model=one.vectors.model)
        of_themes = embed(headings)
    told = assign(
        [one.texts[place] for place in places],
        [{"name": heading} for heading in headings],
        one.language,
        vectors=vectors,
        theme_vectors=of_themes,
    )
    true = [names.index(one.labels[place]) for place in places]
    numbers = list(range(len(names)))
    return float(f1_score(true, told, average="macro", labels=numbers, zero_division=0))


def _proposals(files: Sequence[Path]) -> None:
    """Precision and recall where a set says which texts are proposals; else how often it rings."""
    labelled = json.loads(READ_HERE.read_text(encoding="utf-8"))
    print(f"\n{'proposals':34} {'texts':>6} {'found':>6} {'precision':>10} {'recall':>7}")
    for file in files:
        rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line]
        _label(rows, labelled.get(file.name.split(".")[0], {}))
        for language in ("sv", "en"):
            own = [row for row in rows if row.get("lang", _language_of(file)) == language]
            if not own:
                continue
            told = [is_proposal(str(row["text"]), language) for row in own]
            print(f"{file.name.split('.')[0] + ' ' + language:34} {len(own):6} {sum(told):6}"
                  f" {_precision_and_recall(own, told)}")  # fmt: skip


def _label(rows: Sequence[dict[str, object]], ours: Mapping[str, Sequence[str]]) -> None:
    """Note on the texts that were read here whether they ask for something."""
    for row in rows:
        known = str(row.get("id", ""))[:_ID_LETTERS]
        if known in ours.get("ask", ()):
            row["proposal"] = True
        elif known in ours.get("do_not", ()):
            row["proposal"] = False


def _precision_and_recall(rows: Sequence[Mapping[str, object]], told: Sequence[bool]) -> str:
    judged = [(bool(row["proposal"]), is_told) for row, is_told in zip(rows, told, strict=True)
              if "proposal" in row]  # fmt: skip
    if not judged:
        return f"{'–':>10} {'–':>7}"
    right = sum(true and is_told for true, is_told in judged)
    precision = right / max(1, sum(is_told for _, is_told in judged))
    recall = right / max(1, sum(true for true, _ in judged))
    return f"{precision:10.3f} {recall:7.3f}"


# ------------------------------------------------------------------- the cost


def _some_texts(files: Sequence[Path]) -> list[str]:
    return sorted({
        str(json.loads(line)["text"])
        for file in files
        for line in file.read_text(encoding="utf-8").splitlines()
        if line
    })  # fmt: skip


def _cost(texts: Sequence[str]) -> bool:
    """CPU time for more and more replies, made by joining parts of the real ones."""
    print(f"\n{'replies':>8} {'words: CPU s':>13} {'meaning: CPU s':>15} {'peak MB':>8}")
    met = True
    for size in SCALES:
        made = _made(texts, size)
        of_words = _cpu_s(lambda made=made: cluster(made, "en", vectors=WORDS_ALONE))  # type: ignore[misc]  # a default binds it
        rows = _rows(made)
        of_meaning = _cpu_s(lambda made=made, rows=rows: cluster(made, "en", vectors=rows))  # type: ignore[misc]  # the same
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        within = max(of_words, of_meaning) <= LIMITS_S[size]
        met = met and within
        mark = "✓" if within else "✗"
        print(f"{size:8} {of_words:13.1f} {of_meaning:15.1f} {peak:8.0f}  {mark} at most "
              f"{LIMITS_S[size]:.0f} s", flush=True)  # fmt: skip
    return met


def _made(texts: Sequence[str], size: int) -> list[str]:
    chance = random.Random(size)
    return [
        " ".join((*chance.choice(texts).split()[:12], *chance.choice(texts).split()[:6]))
        for _ in range(size)
    ]


def _rows(texts: Sequence[str]) -> Vectors:
    """Rows around forty middles: what they cost, not what they mean, is measured."""
    chance = np.random.default_rng(len(texts))
    middles = chance.standard_normal((40, DIMENSIONS))
    rows = middles[chance.integers(0, 40, len(texts))]
    rows = rows + chance.standard_normal((len(texts), DIMENSIONS))
    return Vectors(rows=rows.astype(np.float32), model="random")


def _cpu_s(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


if __name__ == "__main__":
    sys.exit(main())
