# SPDX-License-Identifier: BSD-3-Clause
"""Prints what Qualcomm's own reader of DLCs sees in files, as JSON: one object for each. Run by the Python that set-up put the
reader's package under; the test beside it does that. Only calls of the package's module are used."""

import glob
import importlib
import json
import sys
import zlib

import numpy as np

TAG = f"{sys.version_info[0]}{sys.version_info[1]}"
FOLDER = f"{sys.prefix}/lib/python3*/site-packages/qairt_visualizer/core/parsers/dlc_parser/linux-x86-64/{TAG}"
GETTERS = {"BOOL_8": "get_bool", "FLOAT_32": "get_float", "STRING": "get_string", "INT_8": "get_int8", "INT_16": "get_int16",
           "INT_32": "get_int32", "INT_64": "get_int64", "UINT_8": "get_uint8", "UINT_16": "get_uint16",
           "UINT_32": "get_uint32", "UINT_64": "get_uint64"}


def word(enumerator, prefix):
    return str(enumerator).rsplit(".", 1)[-1].removeprefix(prefix)


def encoding(tensor):
    if not tensor.is_quantized():
        return None
    info = tensor.get_encoding()
    along = info.axisEncInfo.encInfos
    channels = [{"bitwidth": one.bw, "min": one.min, "max": one.max, "scale": one.scale, "offset": one.offset,
                 "symmetric": one.is_symmetric} for one in along or [info.encInfo]]
    return {"kind": word(info.type, "QNN_QUANTIZATION_ENCODING_"), "axis": info.axisEncInfo.axis if along else None,
            "channels": channels}


def tensor_seen(tensor):
    data = np.ascontiguousarray(tensor.get_data()) if tensor.is_static_tensor() else None
    return {"dims": list(tensor.dims()), "data_type": word(tensor.data_type(), "QNN_DATATYPE_"),
            "kind": word(tensor.get_tensor_type(), "IR_TENSOR_TYPE_"), "encoding": encoding(tensor),
            "data_bytes": 0 if data is None else data.nbytes,
            "data_crc32": None if data is None else f"{zlib.crc32(data.tobytes()):08x}"}


def attribute_seen(attributes, name):
    if word(attributes.get_attr_type(name), "QNN_PARAMTYPE_") == "TENSOR":
        tensor = attributes.get_static_tensor(name)
        return {**tensor_seen(tensor), "values": np.asarray(attributes.get_static_tensor_data(name)).ravel().tolist()}
    kind = word(attributes.get_data_type(name), "QNN_DATATYPE_")
    return {"data_type": kind, "value": getattr(attributes, GETTERS[kind])(name)}


def graph_seen(graph):
    tensors, nodes = {}, []
    for op in graph.get_ops():
        for tensor in [*op.inputs(), *op.outputs()]:
            if tensor.name() not in tensors:
                tensors[tensor.name()] = tensor_seen(tensor)
        nodes.append({"name": op.name, "type": op.type, "class": type(op).__name__,
                      "inputs": [tensor.name() for tensor in op.inputs()],
                      "outputs": [tensor.name() for tensor in op.outputs()],
                      "attributes": {name: attribute_seen(op.attrs, name) for name in op.attrs.list_names()}})
    return {"name": graph.name, "nodes": nodes, "tensors": tensors}


def file_seen(tools, path):
    seen = {"file": path, "opened": False, "graphs": []}
    try:
        reader = tools.IrDlcReader()
        seen["opened"] = bool(reader.open(path))
        seen["command"], seen["version"] = reader.converter_command(), reader.converter_version()
        seen["graphs"] = [graph_seen(reader.get_ir_graph(name)) for name in sorted(reader.get_ir_graph_names())]
    except Exception as error:  # It says which operator or attribute it does not take.
        seen["error"] = str(error)
    return seen


def main():
    sys.path.insert(0, glob.glob(FOLDER)[0])
    importlib.import_module(f"libPyIrGraph{TAG}")
    tools = importlib.import_module(f"libDlModelToolsPy{TAG}")
    json.dump([file_seen(tools, path) for path in sys.argv[1:]], sys.stdout)


if __name__ == "__main__":
    main()
