# SPDX-License-Identifier: BSD-3-Clause
"""Writes what pipeline_fuzz starts from: ONNX models of one operator, every one that the program's tables know, alone and
after a Conv, with every type declared; a model that its file quantizes in each form; and one with functions.

Usage: pipeline_seeds.py <folder>"""

import os
import pathlib
import sys
import tempfile

import onnx

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "engines"))
for variable in ("ACC_PROGRAM", "ACC_MODELS"):  # Which tests run, and this does not.
    os.environ.setdefault(variable, "")

from functions_test import network  # noqa: E402
from onnx_quantized_models import STATIC, dynamic_model, static_model  # noqa: E402
from operator_specimens import SPECIMENS  # noqa: E402
from operators_sweep_test import Model  # noqa: E402


def models(folder):
    for number, specimen in enumerate(SPECIMENS):
        for after_conv in (False, True):
            yield f"{number}_{specimen.op_type}{'_conv' * after_conv}", Model([number], after_conv).onnx()
    for form in STATIC:
        yield form, onnx.load(static_model(folder, form))
    yield "dynamic", onnx.load(dynamic_model(folder))
    yield "functions", network()


def main():
    seeds = pathlib.Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, model) in enumerate(models(pathlib.Path(folder))):
            try:
                model = onnx.shape_inference.infer_shapes(model, data_prop=True)
            except onnx.shape_inference.InferenceError:
                pass  # Of operators that the package does not know.
            model.model_version = number * 7919  # Which flags pipeline_fuzz chooses.
            onnx.save(model, seeds / f"{name}.onnx")


if __name__ == "__main__":
    main()
