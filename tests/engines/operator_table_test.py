# SPDX-License-Identifier: BSD-3-Clause
"""The table of ONNX operators (src/model/onnx/operators.cc) against the schemas of the standard and its reference
implementation: how many inputs an operator needs, and that element-wise ones do not care for the order of axes."""

import os
import pathlib
import re
import unittest

import numpy as np
import onnx
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

SOURCE = pathlib.Path(os.environ["ACC_SOURCE_DIR"]) / "src/model/onnx/operators.cc"
ROW = re.compile(r'\{"(\w+)",\s*(\d+)(?:,\s*(k\w+))?')

NEWEST = {schema.name: schema for schema in onnx.defs.get_all_schemas() if schema.domain == ""}
TYPES = {"tensor(float)": np.float32, "tensor(int32)": np.int32, "tensor(uint8)": np.uint8, "tensor(bool)": np.bool_}
ATTRIBUTES = {"BitShift": {"direction": "LEFT"}, "Cast": {"to": TensorProto.DOUBLE}, "Mod": {"fmod": 1}}


def least_inputs():
    """Of each operator the least that any opset needs."""
    least = {}
    for schema in onnx.defs.get_all_schemas_with_history():
        if schema.domain == "":
            needed = schema.min_input
            least[schema.name] = min(needed, least.get(schema.name, needed))
    return least


def type_of(schema, place):
    """Of the input, as NumPy names it: the first of TYPES that its schema allows."""
    parameter = schema.inputs[min(place, len(schema.inputs) - 1)]
    constraints = {one.type_param_str: one.allowed_type_strs for one in schema.type_constraints}
    allowed = constraints.get(parameter.type_str, [parameter.type_str])
    return next(TYPES[name] for name in TYPES if name in allowed)


def evaluate(op_type, inputs):
    schema = NEWEST[op_type]
    names = [f"i{place}" for place in range(len(inputs))]
    graph = helper.make_graph(
        [helper.make_node(op_type, names, ["y"], **ATTRIBUTES.get(op_type, {}))], "one",
        [helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(value.dtype), value.shape)
         for name, value in zip(names, inputs)], [helper.make_tensor_value_info("y", TensorProto.UNDEFINED, None)])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", schema.since_version)])
    with np.errstate(invalid="ignore"):
        return ReferenceEvaluator(model).run(None, dict(zip(names, inputs)))[0]


class OperatorTableTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.rows = {name: (int(needed), axes) for name, needed, axes in ROW.findall(SOURCE.read_text(encoding="utf-8"))}

    def test_the_table_was_read(self):
        self.assertGreater(len(self.rows), 200)
        self.assertEqual(self.rows["Conv"], (2, "kImage"))

    def test_needed_inputs_are_those_of_the_schemas(self):
        least = least_inputs()
        wrong = {name: (needed, least[name]) for name, (needed, _) in self.rows.items()
                 if name in least and name != "Loop" and needed != least[name]}
        self.assertEqual(wrong, {})
        self.assertEqual({name for name in least if least[name] > 0 and name != "Loop"} - set(self.rows), set())

    def test_element_wise_operators_commute_with_a_transpose(self):
        order = (2, 0, 1)
        numbers = np.random.default_rng(1)
        element_wise = [name for name, (_, axes) in self.rows.items() if axes == "kElementWise" and name in NEWEST]
        self.assertGreater(len(element_wise), 60)
        for op_type in element_wise:
            with self.subTest(op_type):
                schema = NEWEST[op_type]
                inputs = [np.asarray(numbers.uniform(0, 1 if type_of(schema, place) is np.float32 else 2, (2, 3, 4)) + .25)
                          .astype(type_of(schema, place)) for place in range(max(schema.min_input, 1))]
                moved = evaluate(op_type, [np.ascontiguousarray(value.transpose(order)) for value in inputs])
                np.testing.assert_array_equal(moved, evaluate(op_type, inputs).transpose(order))

    def test_other_operators_do_not(self):
        """That the check above can fail."""
        values = np.random.default_rng(1).uniform(0, 1, (2, 3, 4)).astype(np.float32)
        moved = evaluate("Softmax", [np.ascontiguousarray(values.transpose(2, 0, 1))])
        self.assertFalse(np.array_equal(moved, evaluate("Softmax", [values]).transpose(2, 0, 1)))


if __name__ == "__main__":
    unittest.main()
