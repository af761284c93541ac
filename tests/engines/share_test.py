# SPDX-License-Identifier: BSD-3-Clause
"""--share on a real model: what is in the bundle, and that nothing in it tells of the user, the machine or the data."""

import re
import socket
import unittest
import zipfile

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from program import MODELS, OCR, ProgramTest, end_to_end, text_image

# Of the program's own pages and data, where any short word may stand.
OURS = "report_assets/"
SHORTEST = 6  # A shorter name ("x") is part of everything.
SMALLEST_GROUP = 16
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?")


def numbers_in(contents):
    """Every number that the texts print, sorted."""
    return np.unique([float(number) for text in contents for number in NUMBER.findall(text)])


def shown(values, numbers):
    """Those of the values that are printed with five digits or more."""
    return [value for value in values if np.any(np.abs(numbers - value) <= 2e-5 * abs(value))]


def small_tensors():
    """Channels of one element each, tensors of three elements and of one, one that is constant, and a histogram of few."""
    random = np.random.default_rng(7)
    node = helper.make_node
    nodes = [node("Mul", ["x", "w"], ["single"], "channels_of_one"), node("Relu", ["single"], ["few"], "few_above_zero"),
             node("Reshape", ["few", "flat"], ["row"], "flatten"), node("MatMul", ["row", "matrix"], ["three"], "three_numbers"),
             node("ReduceMean", ["three"], ["one"], "one_number", keepdims=0), node("Add", ["three", "one"], ["y"], "sum")]
    arrays = {"w": random.uniform(-3, 3, (1, 20, 1, 1)), "matrix": random.uniform(-1, 1, (20, 3))}
    constants = [numpy_helper.from_array(value.astype(np.float32), name) for name, value in arrays.items()]
    constants.append(numpy_helper.from_array(np.array([1, 20], np.int64), "flat"))
    ends = [helper.make_tensor_value_info("x", TensorProto.FLOAT, (1, 20, 1, 1))], [helper.make_tensor_value_info(
        "y", TensorProto.FLOAT, (1, 3))]
    graph = helper.make_graph(nodes, "g", *ends, constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)


def texts(bundle):
    """Every file of the bundle with its name, as one text each; the program's own assets are left out."""
    with zipfile.ZipFile(bundle) as archive:
        return [name + "\n" + archive.read(name).decode("utf-8") for name in archive.namelist() if OURS not in name]


class ShareTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.home = self.folder / "home" / "quentinsecret"
        self.home.mkdir(parents=True)
        self.bundle = self.home / "bundle.zip"

    def share(self, *more):
        """An end-to-end run in the home of a user with a telling name."""
        file, tensor, dims, output = OCR["classifier"]
        model = self.home / "confidential_model.onnx"
        model.write_bytes((MODELS / file).read_bytes())
        raw = self.write_raw("home/quentinsecret/confidential_input.raw", text_image(dims))
        words = end_to_end(model, output, [(tensor, dims, raw)], self.write_input_list(raw),
                           "--runtime", "cpu", "--share", self.bundle, *more)
        environment = {"HOME": str(self.home), "USER": "quentinsecret", "LOGNAME": "quentinsecret"}
        self.stdout, _ = self.run_program(*words, environment=environment, folder=self.home)
        self.graph = onnx.load(model).graph
        return texts(self.bundle)

    def check_private(self, contents, secrets):
        for text in contents:
            name = text.split("\n")[0]
            for secret in secrets:
                self.assertNotIn(secret, text, name)

    def secrets(self):
        return ["quentinsecret", str(self.folder), str(self.home), socket.gethostname()]

    def test_paths_user_and_machine_stay_at_home(self):
        contents = self.share()
        self.assertIn(f"Bundle to share: {self.bundle}", self.stdout)
        self.check_private(contents, self.secrets())
        self.assertTrue(any("confidential_model.onnx" in text for text in contents), "the command keeps its base names")
        self.assertTrue(any("batch_norm_3.tmp_2" in text for text in contents), "names stay")
        # The check would find them: the run's own report has them, and the command of one golden tensor.
        report = (self.home / "working_directory" / "verification" / "latest" / "report.html").read_text()
        self.assertIn(str(self.home), report)
        self.assertIn('"golden_command":["--framework_runner","--framework","onnx"', report)

    def test_hashed_names_hide_every_name(self):
        contents = self.share("--share_hash_names")
        names = {node.name for node in self.graph.node} | {name for node in self.graph.node for name in (*node.input, *node.output)}
        names |= {name.replace("/", "_").replace(".", "_").replace("@", "_") for name in names}
        names = {name for name in names if len(name) >= SHORTEST and not name.isalpha()}
        self.assertGreater(len(names), 500)
        self.check_private(contents, [*self.secrets(), "confidential", *sorted(names)])
        report = next(text for text in contents if text.startswith("bundle/report.html"))
        self.assertIn("names are hashes", report)
        self.assertIn("Softmax", report)

    def test_no_tensor_data_and_no_weights(self):
        contents = self.share()
        with zipfile.ZipFile(self.bundle) as archive:
            kinds = {name.rsplit(".", 1)[-1] for name in archive.namelist()}
        self.assertEqual(kinds, {"html", "csv", "json", "js", "css"})
        self.assertNotIn('"coordinates"', "".join(text for text in contents if "report.html" in text.split("\n")[0]))
        self.assertFalse(any("worst elements" in text for text in contents))
        self.assertLess(self.bundle.stat().st_size, 3_000_000)

    def elements(self):
        """What the bundle must not show: of the tensors of both runs the elements other than the ends of larger ones."""
        elements = {}
        for feature, below in (("framework_runner", ""), ("inference_engine", "output/Result_0")):
            run = self.latest(feature) / below
            for record in self.manifest(run)["tensors"]:
                values = np.fromfile(run / record["file"], np.float32).astype(float)
                if len(values) >= SMALLEST_GROUP:
                    values = values[(values != values.min()) & (values != values.max())]
                elements[feature, record["name"]] = values[np.abs(values) > 1e-3]
        return elements

    def test_small_groups_show_no_element(self):
        onnx.save(small_tensors(), self.folder / "small.onnx")
        values = np.random.default_rng(3).uniform(0.1, 2, (1, 20, 1, 1)).astype(np.float32)
        words = end_to_end("small.onnx", "y", [("x", values.shape, self.write_raw("x.raw", values))],
                           self.write_input_list(self.folder / "x.raw"), "--runtime", "cpu", "--precision", "int8",
                           "--default_verifier", "L1Error,threshold,0.0000001", "--default_verifier", "MSE", "--default_verifier",
                           "ScaledDiff", "--share", self.bundle)
        self.run_program(*words, expect=1)
        run = self.latest("verification")
        own = numbers_in([path.read_text(encoding="utf-8") for path in run.rglob("*") if path.is_file() and
                          path.suffix in (".html", ".csv", ".json") and "report_assets" not in str(path)])
        bundle = numbers_in(texts(self.bundle))
        elements = self.elements()
        sizes = {name: len(values) for (_, name), values in elements.items()}
        self.assertEqual((sizes["three"], sizes["one"]), (3, 1))
        for (_, name), values in elements.items():
            self.assertEqual(shown(values, bundle), [], name)
            if name != "x":  # The check would find them: the run's own report has some of each.
                self.assertGreater(len(shown(values, own)), 0, name)
        report = next(text for text in texts(self.bundle) if text.startswith("bundle/report.html"))
        self.assertIn("statistics of fewer than 16 elements are withheld", report)
        self.assertIn("no statistics of fewer than 16 elements", report)

    def test_a_bundle_that_cannot_be_written_is_said_before_the_work(self):
        words = ["--verification", "--default_verifier", "SQNR", "--golden_output_reference_directory", "a",
                 "--inference_results", "b"]
        _, stderr = self.run_program(*words, "--share", "missing/x.zip", expect=2)
        self.assertIn("the folder 'missing' does not exist", stderr)
        _, stderr = self.run_program(*words, "--share", self.folder, expect=2)
        self.assertIn("is a folder", stderr)
        _, stderr = self.run_program(*words, "--share_hash_names", expect=2)
        self.assertIn("--share_hash_names needs --share", stderr)


if __name__ == "__main__":
    unittest.main()
