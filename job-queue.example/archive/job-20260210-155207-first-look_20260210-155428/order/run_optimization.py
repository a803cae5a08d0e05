"""Find the lowest point of a parabola, with nothing but Python's standard library.

A stand-in for a real study: the same layout, progress lines and results, in a moment.
All paths are relative to this file, so that the folder can be copied anywhere and run there.
"""
from __future__ import annotations

import argparse
import csv
import io
import json
import math
import os
import re
import signal
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any, Callable, Dict, Generator, List, NamedTuple, Optional, Sequence

STUDY = Path(__file__).resolve().parent
ITERATIONS = STUDY / "2_iterations"
RESULTS = STUDY / "3_results"
DATABASE = RESULTS / "study.db"

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_CANCELLED = 130

GOLDEN = (math.sqrt(5.0) - 1.0) / 2.0

Spec = Dict[str, Any]


class StudyError(Exception):
    """Something the engineer has to put right; its text is one clear line."""


class Row(NamedTuple):
    """One finished trial."""

    trial: int
    x: float
    value: float
    best: float


# --- talking to whoever started this ---------------------------------------------------


def say(key: str, text: str) -> None:
    """Print one progress line, at once: a pipe would hold it back until the end."""
    print(f"jobq_{key}: {text}", flush=True)


class Cancel:
    """A wish to stop: a file that appears, or a signal. It is obeyed between trials."""

    def __init__(self) -> None:
        name = os.environ.get("JOBQ_CANCEL_FILE")
        self.file = Path(name).absolute() if name else None
        self.signalled = False
        for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), self._on_signal)

    def _on_signal(self, *_: object) -> None:
        self.signalled = True

    def requested(self) -> bool:
        return self.signalled or (self.file is not None and self.file.exists())

    def sleep(self, seconds: float) -> None:
        """Wait, but not longer than until somebody wants to stop."""
        end = time.monotonic() + seconds
        while not self.requested():
            left = end - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(left, 0.1))


# --- files -----------------------------------------------------------------------------


def write_atomically(path: Path, text: str) -> None:
    """Replace a file in one step, so that a reader never sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_bytes(text.encode())
    for attempt in range(20):
        try:
            os.replace(temporary, path)
            return
        except PermissionError:
            # Windows refuses while somebody reads the old file; they are soon done.
            if attempt == 19:
                raise
            time.sleep(0.05)


def write_json(path: Path, data: object) -> None:
    """Write one readable JSON file."""
    write_atomically(path, json.dumps(data, indent=2) + "\n")


def read_json(name: str) -> Dict[str, Any]:
    """One of the study's own files."""
    try:
        return json.loads((STUDY / name).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise StudyError(f"{name} cannot be read: {error}") from error


def new_trial_folder(at_least: int) -> Path:
    """A folder that no trial has used, counted from what is on disk."""
    ITERATIONS.mkdir(exist_ok=True)
    names = (re.fullmatch(r"trial_(\d+)", entry.name) for entry in ITERATIONS.iterdir())
    used = [int(match.group(1)) for match in names if match]
    folder = ITERATIONS / "trial_{:04d}".format(max(used + [at_least - 1]) + 1)
    folder.mkdir()
    return folder


# --- the search ------------------------------------------------------------------------


def parabola(model: Dict[str, Any]) -> Callable[[float], float]:
    """The function to minimise."""
    return lambda x: model["curvature"] * (x - model["x_best"]) ** 2 + model["least"]


def golden_section(low: float, high: float) -> Generator[float, float, None]:
    """Propose points for ever; each is answered by its value, through send().

    Of two inner points the one with the higher value becomes the new end, and the other
    is an inner point of what is left: one new value shrinks the range by the golden ratio.
    """
    left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    value_left = yield left
    value_right = yield right
    while True:
        if value_left <= value_right:
            high, right, value_right = right, left, value_left
            left = high - GOLDEN * (high - low)
            value_left = yield left
        else:
            low, left, value_left = left, right, value_right
            right = low + GOLDEN * (high - low)
            value_right = yield right


class Search:
    """The search, and its next point. Finished trials are replayed to resume it."""

    def __init__(self, low: float, high: float, rows: Sequence[Row]) -> None:
        self.points = golden_section(low, high)
        self.x = next(self.points)
        for row in rows:
            self.answer(row.value)

    def answer(self, value: float) -> None:
        """Tell the value at `x` and move on to the next point."""
        self.x = self.points.send(value)


# --- the study -------------------------------------------------------------------------


def open_database(resume: bool) -> sqlite3.Connection:
    """Create the table of trials, or take up the one that is there."""
    exists = DATABASE.exists()
    if exists and not resume:
        raise StudyError("3_results/study.db exists already: go on with it by --resume, or move 3_results away")
    if resume and not exists:
        say("status", "nothing to resume, starting a new study")
    RESULTS.mkdir(exist_ok=True)
    database = sqlite3.connect(str(DATABASE))
    try:
        with database:
            database.execute(
                "CREATE TABLE IF NOT EXISTS trials (trial INTEGER PRIMARY KEY, x REAL, value REAL, best REAL)"
            )
    except sqlite3.Error as error:
        database.close()
        raise StudyError(f"3_results/study.db cannot be opened: {error}") from error
    return database


def read_rows(database: sqlite3.Connection) -> List[Row]:
    """The trials that are already done."""
    return [Row(*columns) for columns in database.execute("SELECT trial, x, value, best FROM trials ORDER BY trial")]


def run_trial(database: sqlite3.Connection, rows: List[Row], function: Callable[[float], float], x: float) -> None:
    """Evaluate one point and record it."""
    value = function(x)
    folder = new_trial_folder(rows[-1].trial + 1 if rows else 1)
    row = Row(int(folder.name[len("trial_"):]), x, value, min([value] + [row.value for row in rows]))
    write_json(folder / "result.json", row._asdict())
    with database:
        database.execute("INSERT INTO trials VALUES (?, ?, ?, ?)", row)
    rows.append(row)


def report_progress(rows: Sequence[Row], trials: int) -> None:
    """Say how far the study is and what it has found."""
    say("trial", f"{len(rows)}/{trials}" + (f" best={rows[-1].best:.6g}" if rows else ""))
    say("progress", f"{min(100.0 * len(rows) / trials, 100.0):.1f}")


def run_study(options: argparse.Namespace, spec: Spec, cancel: Cancel) -> int:
    """Run trials until there are enough of them or somebody wants to stop."""
    function = parabola(read_json(spec["model"]["template"]))
    bounds = spec["design_variables"][0]["bounds"]
    with closing(open_database(options.resume)) as database:
        rows = read_rows(database)
        search = Search(bounds["min"], bounds["max"], rows)
        report_progress(rows, options.trials)
        say("status", f"optimising, {max(options.trials - len(rows), 0)} trials to go")
        while len(rows) < options.trials:
            cancel.sleep(options.sleep)
            if cancel.requested():
                break
            if len(rows) + 1 == options.fail_at:
                print(f"error: trial {options.fail_at} failed, as --fail-at asked", file=sys.stderr, flush=True)
                return options.exit_code
            run_trial(database, rows, function, search.x)
            search.answer(rows[-1].value)
            write_history(rows)
            report_progress(rows, options.trials)
    write_results(rows)
    if len(rows) < options.trials:
        say("status", f"cancelled after {len(rows)} of {options.trials} trials, results saved")
        return EXIT_CANCELLED
    say("status", "finished")
    return 0


# --- results ---------------------------------------------------------------------------


def write_history(rows: Sequence[Row]) -> None:
    """Write all trials as a table."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(Row._fields)
    writer.writerows(rows)
    write_atomically(RESULTS / "history.csv", table.getvalue())


def write_results(rows: Sequence[Row]) -> None:
    """Write everything that is made once, at the end."""
    if not rows:
        return
    write_history(rows)
    best = min(rows, key=lambda row: row.value)
    write_json(RESULTS / "best.json", {"found": True, "trials": len(rows), "best": best._asdict()})
    write_atomically(RESULTS / "convergence.svg", draw_convergence(rows))


def draw_convergence(rows: Sequence[Row]) -> str:
    """An SVG picture of the values, and of the best one so far, over the trials."""
    width, height, margin = 640.0, 360.0, 48.0
    low, high = min(row.value for row in rows), max(row.value for row in rows)
    span_x, span_y = max(len(rows) - 1, 1), (high - low) or 1.0
    right, bottom = width - margin, height - margin

    def place(index: int, value: float) -> str:
        x = margin + (right - margin) * index / span_x
        y = bottom - (bottom - margin) * (value - low) / span_y
        return f"{x:.1f},{y:.1f}"

    dots = "\n".join(
        '  <circle cx="{}" cy="{}" r="3.5"/>'.format(*place(index, row.value).split(","))
        for index, row in enumerate(rows)
    )
    line = " ".join(place(index, row.best) for index, row in enumerate(rows))
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" font-family="sans-serif" font-size="12">
<title>Convergence</title>
<rect width="100%" height="100%" fill="#fff"/>
<path d="M{margin:g},{margin:g} V{bottom:g} H{right:g}" fill="none" stroke="#888"/>
<g fill="#999">
{dots}
</g>
<polyline points="{line}" fill="none" stroke="#1f77b4" stroke-width="2"/>
<text x="{margin:g}" y="24" font-size="14">Lowest value: {low:.6g} after {len(rows)} trials</text>
<g fill="#444" text-anchor="end">
  <text x="{margin - 6:g}" y="{bottom + 4:g}">{low:.4g}</text>
  <text x="{margin - 6:g}" y="{margin + 4:g}">{high:.4g}</text>
</g>
<g fill="#444" text-anchor="middle">
  <text x="{margin:g}" y="{bottom + 18:g}">{rows[0].trial}</text>
  <text x="{right:g}" y="{bottom + 18:g}">{rows[-1].trial}</text>
  <text x="{width / 2:g}" y="{height - 10:g}">trial</text>
</g>
</svg>
"""


# --- command line ----------------------------------------------------------------------


def whole_number(text: str) -> int:
    """A count of at least one."""
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number of at least 1")
    return int(text)


def seconds(text: str) -> float:
    """A time span."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0.0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of seconds")
    return value


def read_options(arguments: Optional[Sequence[str]], spec: Spec) -> argparse.Namespace:
    """The command line; without --start nothing is done but to say how."""
    parser = argparse.ArgumentParser(description=spec["meta"]["description"])
    parser.add_argument("--start", action="store_true", help="run the study")
    parser.add_argument("--trials", type=whole_number, metavar="N",
                        default=spec["optimization"]["budget"]["max_trials"],
                        help="trials in all, those before --resume included (%(default)s)")
    parser.add_argument("--resume", action="store_true", help="go on with the study in 3_results/study.db")
    parser.add_argument("--sleep", type=seconds, metavar="SECONDS", default=0.0,
                        help="wait this long before each trial (%(default)s)")
    parser.add_argument("--fail-at", type=whole_number, metavar="N", help="fail instead of running the Nth trial")
    parser.add_argument("--exit-code", type=whole_number, metavar="C", default=EXIT_FAILED,
                        help="exit code of that failure (%(default)s)")
    options = parser.parse_args(arguments)
    if not options.start:
        parser.print_usage(sys.stderr)
        print(f"{parser.prog}: error: nothing is run without --start", file=sys.stderr)
        sys.exit(EXIT_USAGE)
    return options


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Run what the command line asks for; the result is the exit code."""
    try:
        spec = read_json("atomizer_spec.json")
        return run_study(read_options(arguments, spec), spec, Cancel())
    except (StudyError, OSError) as error:
        print(f"error: {error}", file=sys.stderr, flush=True)
        return EXIT_FAILED


if __name__ == "__main__":
    sys.exit(main())
