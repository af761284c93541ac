#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Measures what each calibration adds to a quantized run, and one calibration against ONNX Runtime's own calibrators.

Usage: .venv/bin/python bench/calibration.py [--program FILE] [--model FILE --input NAME --dims 1,3,320,320 --output NAME]
       [--inputs 10]

Without --model: the OCR detector of rapidocr-onnxruntime at 320x320. A run of this program is a whole one: it reads and
converts the model, calibrates with all inputs, chooses every encoding, and runs the quantized model on the host; so `min-max` is
the base and the other rows show what the search of each algorithm costs on top. All of them take one pass over the inputs. The
peer runs the float model over the same inputs and computes ranges, and nothing else."""

import argparse
import contextlib
import pathlib
import resource
import statistics
import subprocess
import tempfile

import numpy as np
import onnxruntime
from onnxruntime.quantization.calibrate import CalibrationDataReader, CalibrationMethod, create_calibrator

onnxruntime.set_default_logger_severity(3)
ROOT = pathlib.Path(__file__).resolve().parent.parent
CALIBRATIONS = ("min-max", "sqnr", "mse", "entropy", "percentile")
PEERS = {"min-max": CalibrationMethod.MinMax, "entropy": CalibrationMethod.Entropy,
         "percentile": CalibrationMethod.Percentile}
REPEATS = 3


class Reader(CalibrationDataReader):
    def __init__(self, name, values):
        self.left = [{name: value} for value in values]

    def get_next(self):
        return self.left.pop(0) if self.left else None


def processor_seconds():
    """Of this process and those that it waited for: other work of the machine does not count."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def timed(work, repeats=REPEATS):
    times = []
    for _ in range(repeats):
        start = processor_seconds()
        work()
        times.append(processor_seconds() - start)
    return min(times), statistics.median(times)


def run_program(options, folder, *flags):
    words = [options.program, "--inference_engine", "-f", "onnx", "-m", options.model, "-i", options.input, options.dims,
             "x0.raw", "-o", options.output, "-r", "cpu", "-a", "x86_64-linux-clang", "-l", "list.txt", "-bbw", "32",
             "--debug_mode_off", *flags]
    subprocess.run(list(map(str, words)), cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def run_peer(options, folder, values, method):
    calibrator = create_calibrator(str(options.model), None, str(folder / "augmented.onnx"), calibrate_method=method)
    with contextlib.redirect_stdout(None):
        calibrator.collect_data(Reader(options.input, values))
        calibrator.compute_data()


def read_options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build/release/bin/snpe-accuracy-debugger")
    parser.add_argument("--model", type=pathlib.Path)
    parser.add_argument("--input", default="x")
    parser.add_argument("--dims", default="1,3,320,320")
    parser.add_argument("--output", default="sigmoid_0.tmp_0")
    parser.add_argument("--inputs", type=int, default=10)
    options = parser.parse_args()
    if options.model is None:
        models = next((ROOT / ".venv/lib").glob("python3*/site-packages/rapidocr_onnxruntime/models"))
        options.model = models / "ch_PP-OCRv4_det_infer.onnx"
    options.program = options.program.resolve()
    options.model = options.model.resolve()
    return options


def main():
    options = read_options()
    random = np.random.default_rng(0)
    values = [random.normal(0, 0.5, list(map(int, options.dims.split(",")))).astype(np.float32)
              for _ in range(options.inputs)]
    with tempfile.TemporaryDirectory(prefix="acc_bench_") as scratch:
        folder = pathlib.Path(scratch)
        for index, value in enumerate(values):
            value.tofile(folder / f"x{index}.raw")
        (folder / "list.txt").write_text("".join(f"x{i}.raw\n" for i in range(len(values))), encoding="utf-8")
        print(f"{options.model.name}, {options.dims}, {options.inputs} inputs; seconds of a processor, smallest / median of {REPEATS}\n")
        print("| calibration | this program, the whole run | on top of min-max | ONNX Runtime's calibrator |\n|---|---:|---:|---:|")
        base = None
        for calibration in CALIBRATIONS:
            flags = ("--act_quantizer_calibration", calibration, "--param_quantizer_calibration", calibration)
            best, median = timed(lambda flags=flags: run_program(options, folder, *flags))
            base = base or best
            peer = ""
            if calibration in PEERS:
                once, _ = timed(lambda method=PEERS[calibration]: run_peer(options, folder, values, method), 1)
                peer = f"{once:.1f}"
            print(f"| {calibration} | {best:.2f} / {median:.2f} | {best - base:.2f} | {peer} |")
        best, median = timed(lambda: run_program(options, folder, "--algorithms", "cle"))
        print(f"| min-max, cle | {best:.2f} / {median:.2f} | {best - base:.2f} |  |")


if __name__ == "__main__":
    main()
