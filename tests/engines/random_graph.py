# SPDX-License-Identifier: BSD-3-Clause
"""Random ONNX graphs of float tensors: operators on images between others, so that axis orders change at random places."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

LARGEST = 4000  # Elements of a tensor.
UNARY = "Relu Sigmoid Tanh HardSwish Abs Neg Elu LeakyRelu Softplus".split()


class RandomGraph:
    """The same seed gives the same graph. Dims are told with every tensor; what no node reads is an output."""

    def __init__(self, seed, nodes=12):
        self.random = np.random.default_rng(seed)
        self.nodes, self.constants, self.dims, self.read = [], [], {}, set()
        self.inputs = []
        for _ in range(1 + self.below(2)):
            rank = self.pick([2, 3, 4, 4, 4, 5])
            dims = [1 + self.below(2), *(2 + 2 * self.below(3) for _ in range(rank - 1))]
            self.inputs.append(self.tensor(dims, "in"))
        makers = [getattr(self, name) for name in dir(self) if name.startswith("make_")]
        while len(self.nodes) < nodes:
            self.pick(makers)(self.pick(list(self.dims)))
        self.inputs = [name for name in self.inputs if name in self.read]

    def below(self, bound):
        return int(self.random.integers(bound))

    def pick(self, choices):
        return choices[self.below(len(choices))]

    def tensor(self, dims, kind="t"):
        name = f"{kind}{len(self.dims)}"
        self.dims[name] = tuple(int(dim) for dim in dims)
        return name

    def constant(self, value):
        name = f"k{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(value, name))
        return name

    def floats(self, *dims):
        return self.constant((self.random.standard_normal(dims) / 2).astype(np.float32))

    def ints(self, *values):
        return self.constant(np.array(values, np.int64))

    def add(self, kind, inputs, *outputs, **attributes):
        """`outputs` are dims; larger and empty tensors are not made."""
        if any(not 0 < np.prod(dims, dtype=np.int64) <= LARGEST or len(dims) > 5 for dims in outputs):
            return
        self.read.update(inputs)
        self.nodes.append(helper.make_node(kind, inputs, [self.tensor(dims) for dims in outputs],
                                           name=f"n{len(self.nodes)}", **attributes))

    def make_unary(self, x):
        self.add(self.pick(UNARY), [x], self.dims[x])

    def make_clip(self, x):
        self.add("Clip", [x, self.constant(np.float32(-0.5)), self.constant(np.float32(0.75))], self.dims[x])

    def make_binary_with_constant(self, x):
        dims = self.dims[x]
        kept = self.below(len(dims) + 1)
        shape = [dim if self.below(2) else 1 for dim in dims[kept:]]
        operands = [x, self.floats(*shape)]
        if self.below(3) == 0:
            operands.reverse()
        self.add(self.pick(["Add", "Mul", "Sub"]), operands, dims)

    def make_binary(self, x):
        def fits(dims, others):
            return len(dims) == len(others) and all(a in (1, b) for a, b in zip(dims, others))
        y = self.pick([name for name, dims in self.dims.items() if fits(dims, self.dims[x])])
        self.add(self.pick(["Add", "Mul", "Max"]), self.pick([[x, y], [y, x]]), self.dims[x])

    def make_convolution(self, x):
        batch, channels, *sides = self.dims[x] if len(self.dims[x]) > 2 else (0, 0)
        if not 1 <= len(sides) <= 3 or min(sides) < 2:
            return
        group = self.pick([1, 1, channels, 2 if channels % 2 == 0 else 1])
        out = group * (1 + self.below(3))
        kernel = [self.pick([1, 2, 3]) if side > 2 else 1 for side in sides]
        stride, pads = self.pick([1, 2]), [self.below(2) for _ in range(2 * len(sides))]
        after = [(side + pads[i] + pads[i + len(sides)] - kernel[i]) // stride + 1 for i, side in enumerate(sides)]
        weights = [self.floats(out, channels // group, *kernel)] + [self.floats(out)] * self.below(2)
        self.add("Conv", [x, *weights], (batch, out, *after), group=group, kernel_shape=kernel, pads=pads,
                 strides=[stride] * len(sides))

    def make_pool(self, x):
        batch, channels, *sides = self.dims[x] if len(self.dims[x]) > 2 else (0, 0)
        if not 1 <= len(sides) <= 3 or min(sides) < 2:
            return
        self.add(self.pick(["MaxPool", "AveragePool"]), [x], (batch, channels, *(side // 2 for side in sides)),
                 kernel_shape=[2] * len(sides), strides=[2] * len(sides))

    def make_global_pool(self, x):
        if 3 <= len(self.dims[x]) <= 5:
            self.add("GlobalAveragePool", [x], (*self.dims[x][:2], *[1] * (len(self.dims[x]) - 2)))

    def make_norm(self, x):
        if not 2 <= len(self.dims[x]) <= 5:
            return
        channels = self.dims[x][1]
        variance = self.constant(np.abs(self.random.standard_normal(channels)).astype(np.float32) + 0.5)
        self.add("BatchNormalization", [x, *(self.floats(channels) for _ in range(3)), variance], self.dims[x])

    def make_layer_norm(self, x):
        self.add("LayerNormalization", [x, self.floats(self.dims[x][-1])], self.dims[x], axis=-1)

    def make_softmax(self, x):
        self.add("Softmax", [x], self.dims[x], axis=self.below(len(self.dims[x])))

    def make_concat(self, x):
        axis = self.below(len(self.dims[x]))
        def rest(dims):
            return [dim for i, dim in enumerate(dims) if i != axis] if len(dims) == len(self.dims[x]) else None
        y = self.pick([name for name, dims in self.dims.items() if rest(dims) == rest(self.dims[x])])
        dims = list(self.dims[x])
        dims[axis] += self.dims[y][axis]
        self.add("Concat", [x, y], dims, axis=axis)

    def make_split(self, x):
        axis = self.below(len(self.dims[x]))
        length = self.dims[x][axis]
        if length > 1:
            first = 1 + self.below(length - 1)
            parts = [[*self.dims[x][:axis], part, *self.dims[x][axis + 1:]] for part in (first, length - first)]
            self.add("Split", [x, self.ints(first, length - first)], *parts, axis=axis)

    def make_slice(self, x):
        axis = self.below(len(self.dims[x]))
        length = self.dims[x][axis]
        start, step = self.below(length), self.pick([1, 2])
        dims = list(self.dims[x])
        dims[axis] = len(range(start, length, step))
        self.add("Slice", [x, self.ints(start), self.ints(length), self.ints(axis), self.ints(step)], dims)

    def make_transpose(self, x):
        order = [int(axis) for axis in self.random.permutation(len(self.dims[x]))]
        self.add("Transpose", [x], [self.dims[x][axis] for axis in order], perm=order)

    def make_reshape(self, x):
        rest, dims = int(np.prod(self.dims[x])), []
        while len(dims) < 3 and rest > 1:
            dims.append(self.pick([part for part in range(1, rest + 1) if rest % part == 0]))
            rest //= dims[-1]
        dims.append(rest)
        self.add("Reshape", [x, self.ints(*dims)], dims)

    def make_reduce(self, x):
        axes = sorted({self.below(len(self.dims[x])) for _ in range(1 + self.below(2))})
        keep = self.below(2)
        dims = [1 if i in axes else dim for i, dim in enumerate(self.dims[x]) if keep or i not in axes]
        if dims:
            self.add(self.pick(["ReduceMean", "ReduceMax"]), [x], dims, axes=axes, keepdims=keep)

    def make_squeeze(self, x):
        ones = [i for i, dim in enumerate(self.dims[x]) if dim == 1]
        if ones and len(self.dims[x]) > 1:
            axis = self.pick(ones)
            self.add("Squeeze", [x, self.ints(axis)], [dim for i, dim in enumerate(self.dims[x]) if i != axis])

    def make_unsqueeze(self, x):
        axis = self.below(len(self.dims[x]) + 1)
        self.add("Unsqueeze", [x, self.ints(axis)], [*self.dims[x][:axis], 1, *self.dims[x][axis:]])

    def make_pad(self, x):
        rank = len(self.dims[x])
        pads = [self.below(2) for _ in range(2 * rank)]
        self.add("Pad", [x, self.ints(*pads)], [dim + pads[i] + pads[rank + i] for i, dim in enumerate(self.dims[x])])

    def make_matmul(self, x):
        if len(self.dims[x]) > 1:
            columns = 1 + self.below(6)
            self.add("MatMul", [x, self.floats(self.dims[x][-1], columns)], [*self.dims[x][:-1], columns])

    def make_gather(self, x):
        axis = self.below(len(self.dims[x]))
        places = [self.below(self.dims[x][axis]) for _ in range(1 + self.below(3))]
        self.add("Gather", [x, self.ints(*places)], [*self.dims[x][:axis], len(places), *self.dims[x][axis + 1:]],
                 axis=axis)

    def make_resize(self, x):
        if len(self.dims[x]) == 4:
            batch, channels, height, width = self.dims[x]
            self.add("Resize", [x, "", self.constant(np.float32([1, 1, 2, 2]))], (batch, channels, 2 * height, 2 * width),
                     mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor")

    def make_depth_to_space(self, x):
        if len(self.dims[x]) == 4 and self.dims[x][1] % 4 == 0:
            batch, channels, height, width = self.dims[x]
            self.add("DepthToSpace", [x], (batch, channels // 4, 2 * height, 2 * width), blocksize=2)

    @property
    def outputs(self):
        return [name for node in self.nodes for name in node.output if name not in self.read]

    def feeds(self):
        return {name: (self.random.standard_normal(self.dims[name]) / 2).astype(np.float32) for name in self.inputs}

    def onnx(self):
        def value(name):
            return helper.make_tensor_value_info(name, TensorProto.FLOAT, self.dims[name])
        inner = [value(name) for node in self.nodes for name in node.output]
        graph = helper.make_graph(self.nodes, "net", list(map(value, self.inputs)), list(map(value, self.outputs)),
                                  [tensor for tensor in self.constants if tensor.name in self.read], value_info=inner)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        onnx.checker.check_model(model, full_check=True)
        return model
