# SPDX-License-Identifier: BSD-3-Clause
"""Prints the five tensors of a verification run that lost most, and where its report lies. Usage: demo_worst.py <run>"""

import csv
import math
import pathlib
import sys

COLUMNS = ("SQNR", "CosineSimilarity", "Layer Type", "Name")


def score(row):
    value = float(row["SQNR"] or "nan")
    return math.inf if math.isnan(value) else value


def main():
    run = pathlib.Path(sys.argv[1])
    with open(run / "summary.csv", newline="", encoding="utf-8") as file:
        rows = sorted(csv.DictReader(file), key=score)
    if not rows:
        raise SystemExit(f"{run}/summary.csv has no row")
    print(f"  {'SQNR dB':>8}  {'cosine':>8}  {'layer':<16}  tensor")
    for row in rows[:5]:
        sqnr, cosine, layer, name = (row[column] for column in COLUMNS)
        print(f"  {float(sqnr):8.1f}  {float(cosine):8.5f}  {layer:<16}  {name}")
    print(f"  of {len(rows)} tensors: {run.resolve() / 'report.html'}")


if __name__ == "__main__":
    main()
