# SPDX-License-Identifier: BSD-3-Clause
"""Writes what json_fuzz starts from: files of every kind and version that the program reads.

Usage: json_seeds.py <folder>"""

import json
import pathlib
import sys

RANGE = {"bitwidth": 8, "min": -1.0, "max": 2.0, "scale": 3 / 255, "offset": -85, "is_symmetric": "False", "dtype": "int"}
CHANNELS = [{"bitwidth": 8, "min": -1.0 - i, "max": 1.0 + i, "is_symmetric": "True", "axis": 0} for i in range(3)]

ENCODINGS = [
    {"version": "0.6.1", "activation_encodings": {"x": [RANGE], "z": [{"bitwidth": 16, "dtype": "float"}]},
     "param_encodings": {"w": CHANNELS, "b": [{"bitwidth": 32, "scale": 0.01, "offset": 0}]}},
    {"version": "1.0.0", "activation_encodings": [
        {"name": "source", "enc_type": "PER_TENSOR", "dtype": "INT", "bw": 8, "is_sym": False, "scale": [0.01], "offset": [-128]},
        {"name": "y", "dtype": "FLOAT", "bw": 16, "enc_type": "PER_TENSOR"}],
     "param_encodings": [
         {"name": "w", "enc_type": "PER_CHANNEL", "dtype": "INT", "bw": 4, "is_sym": True, "scale": [0.1, 0.2, 0.3],
          "offset": [-8, -8, -8]},
         {"name": "b", "enc_type": "LPBQ", "dtype": "INT", "bw": 4, "block_size": 2, "per_block_int_scale": [1, 2], "scale": [1]}]},
    {"version": "2.0.0", "encodings": [
        {"name": "x", "output_dtype": "uint8", "y_scale": 0.01, "y_zero_point": 128},
        {"name": "w", "output_dtype": "int8", "y_scale": [0.1, 0.2, 0.3], "y_zero_point": None, "axis": 0},
        {"name": "y", "output_dtype": "float16"}]},
    {"activation_encodings": {}, "param_encodings": {}},
]

ENCODING = {"channels": [{"bitwidth": 8, "min": -1, "max": 2, "scale": 0.01, "offset": -85, "symmetric": False}]}
AXIS = {"axis": 3, "channels": [ENCODING["channels"][0]] * 3}


def record(name, dims, **more):
    return {"name": name, "file": f"{name}.raw", "type": "float32", "dims": dims, **more}


def runs(golden_order="NCHW", target_order="NHWC"):
    golden = {"version": 1, "statements": ["one"], "tensors": [
        record("x", [1, 2, 4, 5], layout=golden_order), record("/a/b:0", [1, 3, 4, 5], node="n", op_type="Conv"),
        record("c", [1, 60], node="m", op_type="Flatten", native_file="c.bin", random="x")],
        "skipped": [{"name": "s", "reason": "folded"}]}
    target = {"version": 1, "channel_last_source": True, "tensors": [
        record("x", [1, 4, 5, 2], layout=target_order, source="x", processor="HTP", encoding=ENCODING),
        record("a_b", [1, 4, 5, 3], layout=target_order, encoding=AXIS, plain_file="p.raw", disturbed=True),
        {"name": "c", "name_hex": "63", "file": "c.raw", "type": "uint8"}], "skipped": []}
    return {"golden": golden, "target": target, "graph": GRAPH, "mapping": {"a_b": "/a/b:0"}}


GRAPH = {"model": "net", "inputs": [{"name": "x", "dims": [1, 4, 5, 2], "layout": "NHWC"}], "nodes": [
    {"name": "n", "type": "Conv2d", "inputs": ["x"], "outputs": [{"name": "a_b", "dims": [1, 4, 5, 3], "layout": "NHWC"}]},
    {"name": "m", "type": "Reshape", "inputs": ["a_b"], "outputs": [{"name": "c", "dims": [1, 60]}, "d"]}]}

NETS = [{"model.cpp": "N/A", "op_types": ["Transpose"], "coverter_command": "a b", "graph": {
    "tensors": {
        "x": {"id": 1, "type": 0, "data_type": 1032, "dims": [1, 2, 2, 2], "quant_params": {
            "definition": 1, "encoding": 0, "scale_offset": {"offset": -10, "scale": 0.5}}},
        "w": {"type": 4, "data_type": 776, "current_dims": [2, 2], "quant_params": {"definition": 1, "encoding": 1, "axis_scale_offset": {
            "axis": 1, "scale_offsets": [{"scale": 0.25, "offset": 0}, {"scale": 2, "offset": 0}]}}},
        "y": {"type": 1, "data_type": 562, "max_dims": [1, 2, 2, 2]}},
    "nodes": {"n": {"package": "qti.aisw", "type": kind, "input_names": names, "output_names": ["y"],
                    "scalar_params": {"axis": {"306": 3}, "beta": {"562": 0.5}, "operation": {"306": 0}},
                    "tensor_params": {"perm": {"p": {"type": 4, "data_type": 306, "dims": [4], "data": [0, 2, 3, 1]}}}}}}}
    for kind, names in (("Transpose", ["x"]), ("Eltwise_Binary", ["x", "x"]), ("MatMul", ["x", "w"]), ("Softmax", ["x"]))]

VERIFIERS = {
    "RtolAtol": {"parameters": {"rtolmargin": 0.01, "atolmargin": "0.02", "threshold": 0.9}, "tensors": [["a"], ["y"]]},
    "AdjustedRtolAtol": {"parameters": {"levels": 256}, "tensors": [["a"]]},
    "TopK": {"parameters": {"k": 3, "ordered": "true"}, "tensors": [["a"]]},
    "MeanIOU": {"parameters": {"background_classification": 1.0}, "tensors": [["a", "b"]]},
    "L1Error": {"parameters": {"multiplier": 2, "scale": 1.5}, "tensors": [["x"]]},
    "CosineSimilarity": {"parameters": {"multiplier": 1}, "tensors": [["a"]]},
    "SQNR": {"tensors": [["a"], ["b"]]}, "ScaledDiff": {"tensors": [["a"]]}, "MSE": {"tensors": [["b"]]},
    "MAE": {"tensors": [["b"]]}}

CHECKER = {
    "WEIGHT_COMPARISON_ALGORITHMS": [{"algo_name": "minmax", "threshold": "10"}, {"algo_name": "sqnr", "threshold": 26}],
    "BIAS_COMPARISON_ALGORITHMS": [{"algo_name": "stats", "threshold": "2"}],
    "ACT_COMPARISON_ALGORITHMS": [{"algo_name": "data_range_analyzer", "threshold": "10%"}, {"algo_name": "maxdiff", "threshold": 1}],
    "INPUT_DATA_ANALYSIS_ALGORITHMS": [{"algo_name": "stats", "threshold": 2}],
    "QUANTIZATION_ALGORITHMS": ["cle", "None"], "QUANTIZATION_VARIATIONS": ["tf", "mse"], "PER_CHANNEL_QUANTIZATION": ["True", "False"]}

SEEDS = {
    "E": ENCODINGS,
    "R": [runs(), runs("NHWC", "NCHW"), {"golden": runs()["golden"], "target": runs()["golden"]}],
    "G": [GRAPH, {"nodes": [{"name": "n", "type": "t"}]}],
    "M": [{"a": "b", "c:0": "/d/e"}],
    "N": NETS,
    "V": [VERIFIERS, *({name: entry} for name, entry in VERIFIERS.items())],
    "Q": [CHECKER],
}


def main():
    folder = pathlib.Path(sys.argv[1])
    for first_byte, values in SEEDS.items():
        for number, value in enumerate(values):
            (folder / f"{first_byte}-{number}").write_text(first_byte + json.dumps(value), encoding="utf-8")


if __name__ == "__main__":
    main()
