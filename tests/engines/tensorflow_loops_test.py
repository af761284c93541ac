# SPDX-License-Identifier: BSD-3-Clause
"""Recurrent layers that graphs hold as while loops: the golden run shows what comes after them, and conversion writes them
out, round by round."""

import unittest

import numpy as np

from program import ProgramTest
from tensorflow_models import freeze, freeze_function, run_in_python, tf, tf1

FLOOR_DB = 60
STEPS, WIDTH, UNITS = 7, 5, 6


def random(*dims, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, dims).astype(np.float32)


KERNEL, BIAS = random(WIDTH + UNITS, 4 * UNITS, seed=1), random(4 * UNITS, seed=2)
GATES, CANDIDATE = random(WIDTH + UNITS, 2 * UNITS, seed=3), random(WIDTH + UNITS, UNITS, seed=4)


def lstm_cell(x, state):
    cell, hidden = state
    parts = tf.split(tf.nn.bias_add(tf.matmul(tf.concat([x, hidden], 1), KERNEL), BIAS), 4, 1)
    cell = cell * tf.sigmoid(parts[2] + 1.0) + tf.sigmoid(parts[0]) * tf.tanh(parts[1])
    hidden = tf.tanh(cell) * tf.sigmoid(parts[3])
    return hidden, (cell, hidden)


def gru_cell(x, state):
    reset, update = tf.split(tf.sigmoid(tf.matmul(tf.concat([x, state[0]], 1), GATES)), 2, 1)
    hidden = update * state[0] + (1.0 - update) * tf.tanh(tf.matmul(tf.concat([x, reset * state[0]], 1), CANDIDATE))
    return hidden, (hidden,)


def recurrent(x, cell, states, stop=None, condition=None):
    """What dynamic_rnn builds of a cell: [batch, time, features] to the outputs of all steps."""
    length = STEPS if x.shape[1] is not None else tf.shape(x)[1]
    steps = tf.TensorArray(tf.float32, length).unstack(tf.transpose(x, [1, 0, 2]))
    batch = tf.shape(x)[0]

    def body(time, made, *state):
        output, state = cell(steps.read(time), state)
        if stop is not None:  # As for a sequence that ends early.
            output = tf.where(tf.fill([batch, UNITS], time < stop), output, tf.zeros_like(output))
        return (time + 1, made.write(time, output), *state)

    start = (tf.constant(0), tf.TensorArray(tf.float32, length), *[tf.zeros([batch, UNITS])] * states)
    goes_on = condition or (lambda time, *_: time < length)
    made = tf.while_loop(goes_on, body, start, maximum_iterations=length)[1]
    return tf.transpose(made.stack(), [1, 0, 2])


def numpy_lstm(x):
    """The same, slow and obvious."""
    sigmoid = lambda v: 1 / (1 + np.exp(-v))
    cell, hidden, outputs = np.zeros((len(x), UNITS)), np.zeros((len(x), UNITS)), []
    for time in range(STEPS):
        i, j, f, o = np.split(np.hstack([x[:, time], hidden]) @ KERNEL + BIAS, 4, 1)
        cell = cell * sigmoid(f + 1) + sigmoid(i) * np.tanh(j)
        hidden = np.tanh(cell) * sigmoid(o)
        outputs.append(hidden)
    return np.stack(outputs, 1)


class TensorflowLoopsTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.value = random(2, STEPS, WIDTH)

    def run_model(self, path, output, expect=0):
        raw = self.write_raw("x.raw", self.value)
        return self.run_program(
            "--framework", "tensorflow", "--model_path", path, "-i", "x", ",".join(map(str, self.value.shape)), raw, "-o", output,
            "-a", "x86_64-linux-clang", "-r", "cpu", "--precision", "fp32", "--input_list", self.write_input_list(raw),
            "--default_verifier", "SQNR", expect=expect)[1]

    def check(self, path, output, expected=None):
        """The golden run against Python, the target against the golden run, both against `expected`."""
        self.run_model(path, output)
        golden = self.manifest(self.latest("framework_runner"))
        record = next(record for record in golden["tensors"] if record["name"] == output)
        value = np.fromfile(self.latest("framework_runner") / record["file"], np.float32)
        np.testing.assert_array_equal(value, run_in_python(path, {"x:0": self.value}, [output])[output].ravel())
        if expected is not None:
            np.testing.assert_allclose(value, expected.ravel(), rtol=1e-4, atol=1e-5)
        rows = self.summary()
        self.assertIn(output.replace("/", "_").replace(":", "_"), rows)
        for name, row in rows.items():
            self.assertGreaterEqual(float(row["SQNR"]), FLOOR_DB, name)
        target = self.manifest(self.latest("inference_engine") / "output" / "Result_0")["tensors"]
        names = {record["name"] for record in golden["tensors"]}
        self.assertLessEqual({tensor["source"] for tensor in target if tensor.get("source")}, names)
        self.assertTrue(golden["skipped"], "the tensors of the rounds")

    def frozen(self, build, batch=2, steps=STEPS):
        """In the control flow of TensorFlow 1, with its tensor arrays."""
        tf1.disable_control_flow_v2()
        self.addCleanup(tf1.enable_control_flow_v2)

        def graph():
            x = tf1.placeholder(tf1.float32, [batch, steps, WIDTH], name="x")
            tf.identity(tf.tanh(build(x)), name="y")

        return freeze(graph, self.folder / "loop.pb")

    def lowered(self, build):
        """As Keras models are frozen: the control flow of TensorFlow 1 with the lists of TensorFlow 2."""
        return freeze_function(lambda x: tf.tanh(build(x)), self.folder / "loop.pb", self.value, lower_control_flow=True)

    def test_lstm_with_tensor_arrays(self):
        self.check(self.frozen(lambda x: recurrent(x, lstm_cell, 2)), "y:0", np.tanh(numpy_lstm(self.value)))

    def test_lstm_with_tensor_lists(self):
        self.check(*self.lowered(lambda x: recurrent(x, lstm_cell, 2)), np.tanh(numpy_lstm(self.value)))

    def test_two_layers_for_any_batch(self):
        self.check(self.frozen(lambda x: recurrent(recurrent(x, lstm_cell, 2)[:, :, :WIDTH], gru_cell, 1), None), "y:0")

    def test_any_number_of_steps_is_the_one_of_the_command_line(self):
        path = self.frozen(lambda x: recurrent(x, lstm_cell, 2), None, None)
        self.check(path, "y:0", np.tanh(numpy_lstm(self.value)))

    def test_there_and_back(self):
        self.check(*self.lowered(lambda x: tf.concat([recurrent(x, gru_cell, 1), recurrent(tf.reverse(x, [1]), lstm_cell, 2)], 2)))

    def test_a_sequence_that_ends_early(self):
        self.check(self.frozen(lambda x: recurrent(x, lstm_cell, 2, stop=STEPS - 3)), "y:0")

    def test_a_loop_that_only_the_run_ends_is_refused_by_name(self):
        until = lambda time, made, *state: tf.reduce_sum(state[0]) < 100.0
        stderr = self.run_model(self.frozen(lambda x: recurrent(x, lstm_cell, 2, condition=until)), "y:0", expect=3)
        self.assertRegex(stderr, r"cannot be converted: .*\bEnter \(\d+\).*\bLoopCond \(1\)")


if __name__ == "__main__":
    unittest.main()
