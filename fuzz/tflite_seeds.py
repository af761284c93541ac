# SPDX-License-Identifier: BSD-3-Clause
"""Writes what tflite_fuzz starts from: a small model for each family of operators, and one of each way to store weights.

Usage: tflite_seeds.py <folder>"""

import os
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "engines"))
for variable in ("ACC_PROGRAM", "ACC_MODELS"):  # Which tests run, and this does not.
    os.environ.setdefault(variable, "")

from tflite_operators_test import FAMILIES, Operators  # noqa: E402
from tflite_small_models import SMALL_MODELS  # noqa: E402


def main():
    folder = pathlib.Path(sys.argv[1])
    for family in FAMILIES:
        Operators([family]).builder.write(folder / f"{family}.tflite")
    for name, make in SMALL_MODELS.items():
        make().write(folder / f"{name}.tflite")


if __name__ == "__main__":
    main()
