# SPDX-License-Identifier: BSD-3-Clause
"""Measures time and memory of --compare_encodings and --dlc_info on a large DLC.

Usage: .venv/bin/python bench/compare_encodings.py [--program FILE] [--megabytes N] [--work DIRECTORY]

The DLC has per-channel int8 weights in the external record, as Qualcomm's serializer writes it, and AIMET's file has another
scale for every channel: the worst case, in which every weight must be read. Memory is the process's peak of resident pages,
those of the mapped file among them. A process that maps the file and touches it all has at least the file's size."""

import argparse
import json
import os
import pathlib
import struct
import subprocess
import tempfile
import time
import zipfile

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent
CHANNELS = COLUMNS = 4096  # Of one tensor: 16 MB.
SFIXED8, UFIXED8 = 0x308, 0x408


def flatbuffer(folder, table, identifier, content):
    """A record: 8 bytes of header and the table, by way of flatc."""
    schema = folder / "bench.fbs"
    schema.write_text(f'include "src/dlc/v4.fbs";\nroot_type acc.dlc.v4.{table};\n'
                      f'file_identifier "{identifier}";\n', encoding="utf-8")
    source = folder / "bench.json"
    source.write_text(json.dumps(content), encoding="utf-8")
    subprocess.run(["flatc", "-b", "-o", folder, "-I", ROOT, schema, source], check=True, stdout=subprocess.DEVNULL)
    return struct.pack("<HHHH", 0x0AD5, 4, 1, 0) + (folder / "bench.bin").read_bytes()


def scales(index):
    return (0.01 + 1e-6 * np.arange(CHANNELS) + 1e-4 * index).astype(np.float32).astype(float)


def activation(index, kind):
    encoding = {"kind": 0, "defined": 1, "scale_offset": {"bitwidth": 8, "scale": 0.02, "offset": -100}}
    return {"id": 2 * index, "name": f"a{index}", "kind": kind, "dims": [1, COLUMNS], "encoding": encoding,
            "type": UFIXED8, "type_again": UFIXED8, "quantizable": 1}


def weight(index):
    channels = [{"bitwidth": 8, "scale": scale, "offset": 0, "symmetric": 1} for scale in scales(index)]
    return {"id": 2 * index + 1, "name": f"w{index}", "kind": 4, "dims": [CHANNELS, COLUMNS],
            "encoding": {"kind": 1, "defined": 1, "axis": {"axis": 0, "channels": channels}},
            "type": SFIXED8, "type_again": SFIXED8, "quantizable": 1}


def write_dlc(path, count, folder):
    nodes = [{"name": f"fc{i}", "type": "FullyConnected", "inputs": [f"a{i}", f"w{i}"], "outputs": [f"a{i + 1}"]}
             for i in range(count)]
    tensors = [weight(i) for i in range(count)]
    tensors += [activation(i, 0 if i == 0 else 1 if i == count else 3) for i in range(count + 1)]
    size = CHANNELS * COLUMNS
    data = [{"name": f"w{i}", "external": {"offset": i * size, "size": size}} for i in range(count)]
    params = {"graphs": [{"name": "net", "tensors": data, "nodes": [{} for _ in nodes]}]}
    random = np.random.default_rng(0)
    with zipfile.ZipFile(path, "w") as archive:
        with archive.open("model.params.bin", "w", force_zip64=True) as record:
            for _ in range(count):
                record.write(random.integers(-128, 128, size, np.int8).tobytes())
        archive.writestr("model", flatbuffer(
            folder, "Model", "NETD", {"graphs": [{"name": "net", "nodes": nodes, "tensors": tensors}]}))
        archive.writestr("model.params", flatbuffer(folder, "Params", "NETP", params))


def write_encodings(path, count):
    def entry(scale):
        return {"bitwidth": 8, "dtype": "int", "is_symmetric": "True", "max": 127 * scale, "min": -128 * scale,
                "offset": -128, "scale": scale}
    params = {f"w{i}": [entry(1.01 * scale) for scale in scales(i)] for i in range(count)}
    path.write_text(json.dumps({"activation_encodings": {}, "param_encodings": params}), encoding="utf-8")


def measure(*command, **how):
    """Seconds, and megabytes at most."""
    start = time.perf_counter()
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **how)
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        raise SystemExit(f"{command} ended with {status}")
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default=ROOT / "build/release/bin/snpe-accuracy-debugger", type=pathlib.Path)
    parser.add_argument("--megabytes", default=1024, type=int)
    parser.add_argument("--work", default=ROOT / "build", type=pathlib.Path, help="where the files are written")
    arguments = parser.parse_args()
    program = arguments.program.resolve()
    with tempfile.TemporaryDirectory(dir=arguments.work) as name:
        folder = pathlib.Path(name)
        dlc, encodings = folder / "big.dlc", folder / "aimet.json"
        count = max(arguments.megabytes * 2**20 // (CHANNELS * COLUMNS), 1)
        write_dlc(dlc, count, folder)
        write_encodings(encodings, count)
        print(f"DLC of {dlc.stat().st_size / 2**20:.0f} MB, {count * CHANNELS} per-channel encodings in a JSON file of "
              f"{encodings.stat().st_size / 2**20:.0f} MB:\n\n| what | s | peak memory, MB |\n|---|---:|---:|")
        against = ["--input", dlc, "--aimet_encodings_json", encodings]
        for title, words in (("`--dlc_info`", ["--dlc_info", dlc]), ("`--dlc_info --json`", ["--dlc_info", dlc, "--json"]),
                             ("`--compare_encodings`, all params differ", ["--compare_encodings", *against])):
            seconds, megabytes = measure(program, *words, cwd=folder)
            print(f"| {title} | {seconds:.1f} | {megabytes:.0f} |", flush=True)


if __name__ == "__main__":
    main()
