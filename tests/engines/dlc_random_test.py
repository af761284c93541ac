# SPDX-License-Identifier: BSD-3-Clause
"""Random float graphs, written as DLCs and run from them, give the values that ONNX Runtime computes from the source."""

import collections
import unittest

import numpy as np
import onnx
import onnxruntime

from program import ProgramTest
from random_graph import RandomGraph

SEEDS = range(40)
CHANNEL_LAST = ("NFC", "NHWC", "NDHWC")


def expected(graph, feeds):
    """Every tensor of the graph, by ONNX Runtime."""
    model = graph.onnx()
    names = [name for node in model.graph.node for name in node.output]
    del model.graph.output[:]
    model.graph.output.extend(model.graph.value_info)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return {**feeds, **dict(zip(names, session.run(names, feeds)))}


class DlcRandomTest(ProgramTest):
    def run_engine(self, feeds, *words):
        pairs = [f"{name}:={self.write_raw(name + '.raw', value)}" for name, value in feeds.items()]
        self.run_program("--inference_engine", "--runtime", "cpu", "--architecture", "x86_64-linux-clang",
                         "--input_list", self.write_input_list(" ".join(pairs)), *words)
        return self.latest("inference_engine").resolve()

    def source_run(self, graph, feeds, *options):
        onnx.save(graph.onnx(), self.folder / "source.onnx")
        words = ["--framework", "onnx", "--model_path", "source.onnx", *options]
        for name, values in feeds.items():
            words += ["--input_tensor", name, ",".join(map(str, values.shape)), self.write_raw(name + ".raw", values)]
        for name in graph.outputs:
            words += ["--output_tensor", name]
        return self.run_engine(feeds, *words)

    def dlc_run(self, dlc, feeds):
        return self.run_engine(feeds, "--stage", "converted", "--static_model", dlc)

    def tensors(self, run):
        """What a run captured, in the source's axis order."""
        folder = run / "output" / "Result_0"
        tensors = {}
        for record in self.manifest(folder)["tensors"]:
            values = np.fromfile(folder / record["file"], np.float32).reshape(record["dims"])
            tensors[record["name"]] = np.moveaxis(values, -1, 1) if record.get("layout") in CHANNEL_LAST else values
            self.channel_last += record.get("layout") in CHANNEL_LAST
        return tensors

    def check(self, got, golden):
        for name, values in golden.items():
            self.assertEqual(got[name].shape, values.shape, name)
            np.testing.assert_allclose(got[name], values, rtol=1e-4, atol=1e-5 * (1 + np.abs(values).max()), err_msg=name)

    def test_the_dlc_computes_the_same(self):
        self.channel_last = 0
        for seed in SEEDS:
            with self.subTest(seed=seed):
                graph = RandomGraph(seed)
                feeds = graph.feeds()
                dlc = self.source_run(graph, feeds, "--precision", "fp32") / "base.dlc"
                got = self.tensors(self.dlc_run(dlc, feeds))
                golden = expected(graph, feeds)
                self.assertLessEqual(set(graph.outputs), set(got))
                # Tensors that conversion folds away are not in the DLC.
                golden = {name: values for name, values in golden.items() if name in got}
                self.check(got, golden)
                changed = {name: values + np.float32(1) for name, values in golden.items()}
                with self.assertRaises(AssertionError):
                    self.check(got, changed)
        self.assertGreater(self.channel_last, len(SEEDS))

    def test_the_quantized_dlc_computes_what_its_source_did(self):
        """Codes, encodings and axis orders all came through: nothing is off by a step."""
        self.channel_last = 0
        for seed in SEEDS:
            for options in ([], ["--use_per_channel_quantization"], ["--act_bitwidth", "16", "--bias_bitwidth", "32"]):
                with self.subTest(seed=seed, options=options):
                    graph = RandomGraph(seed)
                    feeds = graph.feeds()
                    run = self.source_run(graph, feeds, *options)
                    golden = self.tensors(run)
                    got = self.tensors(self.dlc_run(run / "base_quantized.dlc", feeds))
                    self.assertLessEqual(set(golden), set(got))
                    self.check(got, golden)

    def test_the_graphs_hold_all_operators(self):
        kinds = collections.Counter(node.op_type for seed in SEEDS for node in RandomGraph(seed).nodes)
        for kind in ("Conv MaxPool AveragePool GlobalAveragePool BatchNormalization Concat Split Slice Transpose Reshape "
                     "ReduceMean Squeeze Unsqueeze Pad MatMul Gather Resize DepthToSpace Softmax Add Mul").split():
            self.assertGreater(kinds[kind], 2, kind)


if __name__ == "__main__":
    unittest.main()
