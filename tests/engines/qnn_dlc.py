# SPDX-License-Identifier: BSD-3-Clause
"""DLC files that Qualcomm's own serializer writes: ONNX Runtime's QNN plugin dumps the graph that it is given."""

import pathlib
import subprocess
import sys

import onnx


def dump(model, folder):
    """Writes the ONNX model as a DLC; returns its path. The net JSON lies beside it, with the suffix .json."""
    folder.mkdir(parents=True, exist_ok=True)
    source = folder / "source.onnx"
    onnx.save(model, source)
    done = run(folder)
    found = list(folder.glob("*.dlc"))
    if len(found) != 1:
        raise AssertionError(f"the plugin wrote {len(found)} DLC files\n{done.stdout}\n{done.stderr}")
    return found[0]


def dump_sources(folders):
    """The same of source.onnx in each of the folders; returns paths, and None where the plugin takes no node."""
    done = run(*folders)
    if done.returncode != 0:
        raise AssertionError(f"the plugin ended with {done.returncode}\n{done.stdout}\n{done.stderr}")
    return [next(folder.glob("*.dlc"), None) for folder in folders]


def run(*folders):
    return subprocess.run([sys.executable, __file__, *folders], capture_output=True, text=True, check=False)


def main():
    import onnxruntime
    import onnxruntime_qnn
    package = pathlib.Path(onnxruntime_qnn.__file__).parent
    serializer = str(package / "libQnnIr.so")
    onnxruntime.register_execution_provider_library("QNN", str(package / "libonnxruntime_providers_qnn.so"))
    devices = [device for device in onnxruntime.get_ep_devices() if "QNN" in device.ep_name]
    for folder in sys.argv[1:]:
        options = onnxruntime.SessionOptions()
        options.add_provider_for_devices(devices[:1], {
            "backend_path": serializer, "qnn_ir_backend_path": serializer, "dump_qnn_ir_dlc": "1",
            "dump_qnn_ir_dlc_dir": folder, "dump_json_qnn_graph": "1", "json_qnn_graph_dir": folder})
        onnxruntime.InferenceSession(str(pathlib.Path(folder) / "source.onnx"), options)


if __name__ == "__main__":
    main()
