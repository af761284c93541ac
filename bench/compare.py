#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Measures --verification beside Polygraphy and NumPy on the same tensors and prints a Markdown table.

The tensors: all activations of the OCR detector in rapidocr-onnxruntime, for an image of --side pixels squared (golden), and the same
rounded to 8 bits (target). The metrics: CosineSimilarity, SQNR, MSE, RtolAtol. Every time is the best and the median of
several runs with the files in the page cache; this program and NumPy take turns. Peak memory is also measured on a much
larger synthetic run.

Each run of this program writes into a folder of its own and none is removed before the end: ext4 takes long to create
files where many were just deleted. Where the kernel lets it, the script runs before other work of the machine.

Usage: bench/compare.py [--program build/release/bin/snpe-accuracy-debugger] [--work build/bench-compare]

The first run installs the peers into build/bench-venv.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
VENV = ROOT / "build" / "bench-venv"
PEERS = ["numpy", "onnx", "onnxruntime", "polygraphy", "rapidocr-onnxruntime"]
RTOL = ATOL = 0.01
REPEATS = 15
SLOW_REPEATS = 1  # Of what takes many seconds.


def enter_venv():
    """Runs this script again with the peers' interpreter, which is made first if need be."""
    python = VENV / "bin" / "python"
    if pathlib.Path(sys.prefix) == VENV:
        return
    if not (VENV / "complete").exists():
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PEERS], check=True)
        (VENV / "complete").touch()
    os.execv(python, [python, __file__, *sys.argv[1:]])


def one_thread():
    """NumPy's and BLAS's threads are counted when they are loaded."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"


def capture(side):
    """Every float activation of the detector, by name."""
    import numpy as np
    import onnx
    import onnxruntime as ort
    import rapidocr_onnxruntime

    models = pathlib.Path(rapidocr_onnxruntime.__file__).parent / "models"
    model = onnx.load(next(models.glob("*det*.onnx")))
    known = {output.name for output in model.graph.output}
    for node in model.graph.node:
        if node.op_type != "Constant":
            model.graph.output.extend(
                onnx.ValueInfoProto(name=name) for name in node.output if name and name not in known)
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 3
    session = ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    image = np.random.default_rng(0).standard_normal((1, 3, side, side), dtype=np.float32)
    values = session.run(None, {session.get_inputs()[0].name: image})
    pairs = zip(session.get_outputs(), values)
    return {output.name: value for output, value in pairs if value.dtype == np.float32 and value.size}


def round_to_8_bits(value):
    """What an asymmetric 8-bit encoding of the tensor's own range leaves of it."""
    import numpy as np

    low, high = min(value.min(), 0), max(value.max(), 0)
    scale = (high - low) / 255 or 1
    return (np.round(value / scale) * scale).astype(np.float32)


def write_run(folder, tensors):
    folder.mkdir(parents=True, exist_ok=True)
    for name, value in tensors.items():
        value.tofile(folder / (name.replace("/", "_").replace(":", "_") + ".raw"))


def make_large_run(work, megabytes):
    """One tensor with half of all bytes, the others of 8 MB; returns the two folders."""
    import numpy as np

    folders = [work / "large_golden", work / "large_target"]
    sizes = [megabytes // 2] + [8] * (megabytes // 16)
    random = np.random.default_rng(1)
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
    for index, size in enumerate(sizes):
        block = random.standard_normal(1 << 18, dtype=np.float32)
        for folder, factor in zip(folders, (1, 1.001)):
            with open(folder / f"tensor_{index}.raw", "wb") as file:
                for _ in range(size):
                    (block * np.float32(factor)).tofile(file)
    return folders


def before_other_work():
    """The real-time scheduler, where this user may ask for it: another process on the machine then costs less."""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10))
    except PermissionError:
        print("Other processes may disturb the times: no right to real-time priority.\n")


def seconds_of(action):
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


# The kernel counts what a process held before it became the command, so a small one has to start it.
LAUNCHER = """
import json, os, subprocess, sys, time
start = time.perf_counter()
process = subprocess.Popen(sys.argv[2:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
_, status, usage = os.wait4(process.pid, 0)
result = [time.perf_counter() - start, usage.ru_maxrss / 1024, os.waitstatus_to_exitcode(status)]
json.dump(result, open(sys.argv[1], "w"))
"""


def run_measured(command, accepted):
    """Seconds and peak megabytes of a command."""
    with tempfile.NamedTemporaryFile() as answer:
        subprocess.run([sys.executable, "-c", LAUNCHER, answer.name, *command], check=True)
        seconds, peak, code = json.load(open(answer.name))
    if code not in accepted:
        sys.exit(f"{' '.join(map(str, command))}: exit code {code}")
    return seconds, peak


def verification_command(program, golden, target, working_dir):
    verifiers = ["CosineSimilarity", "SQNR", "MSE", f"rtolatol,rtolmargin,{RTOL},atolmargin,{ATOL}"]
    command = [program, "--verification", "--no_histograms"]  # Scores alone, as the peers.
    for verifier in verifiers:
        command += ["--default_verifier", verifier]
    command += ["--golden_output_reference_directory", golden, "--inference_results", target]
    return command + ["--working_dir", working_dir]


def polygraphy_results(tensors, name):
    from polygraphy.comparator import IterationResult, RunResults

    results = RunResults()
    results.add([IterationResult(outputs=tensors, runner_name=name)], runner_name=name)
    return results


def save_for_polygraphy(work, golden, target):
    paths = [work / "polygraphy_golden.json", work / "polygraphy_target.json"]
    for path, tensors in zip(paths, (golden, target)):
        polygraphy_results(tensors, path.stem).save(str(path))
    return paths


def compare_with_polygraphy(golden, target):
    from polygraphy.comparator import (Comparator, CosineSimilarityCompareFunc, L2CompareFunc, SimpleCompareFunc,
                                       SnrCompareFunc)
    from polygraphy.logger import G_LOGGER

    functions = [SimpleCompareFunc(rtol=RTOL, atol=ATOL), L2CompareFunc(), CosineSimilarityCompareFunc(), SnrCompareFunc()]
    results = polygraphy_results(golden, "golden")
    results.extend(polygraphy_results(target, "target"))
    with G_LOGGER.verbosity(G_LOGGER.CRITICAL):
        Comparator.compare_accuracy(results, compare_func=functions)


def polygraphy_command(paths):
    return [
        VENV / "bin" / "polygraphy", "run", "--load-outputs", *paths, "--compare", "simple", "l2", "cosine_similarity",
        "snr", "--rtol", str(RTOL), "--atol", str(ATOL), "-qq"
    ]


def compare_with_numpy(golden, target):
    """The four metrics with as few passes as NumPy allows."""
    import numpy as np

    scores = {}
    for name, reference in golden.items():
        x, y = reference.ravel(), target[name].ravel()
        difference = x - y
        x_square, noise = np.dot(x, x), np.dot(difference, difference)
        cosine = np.dot(x, y) / (np.sqrt(x_square) * np.sqrt(np.dot(y, y)) or 1)
        sqnr = 10 * np.log10(max(x_square, 1e-31) / max(noise, 1e-31))
        within = np.mean(np.abs(difference) <= ATOL + RTOL * np.abs(x))
        scores[name] = (cosine, sqnr, noise / x.size, within)
    return scores


def take_turns(program, work, golden, target):
    """Seconds of NumPy and of this program, and this program's peak memory."""
    numpy, ours, peak = [], [], 0
    for index in range(REPEATS):
        numpy.append(seconds_of(lambda: compare_with_numpy(golden, target)))
        command = verification_command(program, work / "golden", work / "target", work / "runs" / str(index))
        seconds, megabytes = run_measured(command, (0, 1))
        ours.append(seconds)
        peak = max(peak, megabytes)
    return numpy, ours, peak


def print_table(rows, ours):
    print("| what | best | median | peak memory | this program, by best | by median |")
    print("|---|---:|---:|---:|---:|---:|")
    for name, seconds, peak in rows:
        best, median = min(seconds), statistics.median(seconds)
        memory = f"{peak:.0f} MB" if peak else "-"
        ratios = [best / min(ours), median / statistics.median(ours)]
        texts = ["" if seconds is ours else f"{ratio:.1f}x faster" for ratio in ratios]
        print(f"| {name} | {best * 1e3:.0f} ms | {median * 1e3:.0f} ms | {memory} | {texts[0]} | {texts[1]} |")


def measure(program, work, side, large_mb):
    golden = capture(side)
    target = {name: round_to_8_bits(value) for name, value in golden.items()}
    write_run(work / "golden", golden)
    write_run(work / "target", target)
    before_other_work()

    numpy, ours, our_peak = take_turns(program, work, golden, target)
    command = polygraphy_command(save_for_polygraphy(work, golden, target))
    peers = [run_measured(command, (0, 1)) for _ in range(SLOW_REPEATS)]
    in_memory = [seconds_of(lambda: compare_with_polygraphy(golden, target)) for _ in range(SLOW_REPEATS)]
    rows = [
        ("this program: `--verification`, all reports written", ours, our_peak),
        ("NumPy: arithmetic alone, one thread, tensors in memory", numpy, 0),
        ("Polygraphy: `run --load-outputs`, end to end", [seconds for seconds, _ in peers], max(p for _, p in peers)),
        ("Polygraphy: compare_accuracy, tensors in memory", in_memory, 0),
    ]
    total = sum(value.nbytes for value in golden.values()) / 1e6
    print(f"{len(golden)} tensors, {total:.0f} MB a side, {os.cpu_count()} processors\n")
    print_table(rows, ours)

    seconds, peak = run_measured(verification_command(program, *make_large_run(work, large_mb), work / "large"), (0, 1))
    print(f"\n{large_mb} MB a side, the largest tensor {large_mb // 2} MB: {seconds:.1f} s, peak memory {peak:.0f} MB")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build/release/bin/snpe-accuracy-debugger")
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "build/bench-compare")
    parser.add_argument("--side", type=int, default=320, help="size of the image; RapidOCR itself takes 736 or more")
    parser.add_argument("--large-mb", type=int, default=1024, help="size of each side of the synthetic run")
    options = parser.parse_args()
    if not options.program.exists():
        sys.exit(f"{options.program} is missing: cmake --preset release && cmake --build build/release")
    enter_venv()
    one_thread()

    options.work.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=options.work.resolve()) as folder:
        measure(options.program.resolve(), pathlib.Path(folder), options.side, options.large_mb)


if __name__ == "__main__":
    main()
