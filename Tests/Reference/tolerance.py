#!/usr/bin/env python3
"""Files that NumPy, zipfile or the safetensors library read although they are not what those write: nextvec reads them too.

    Tests/Reference/tolerance.py BIN FOLDER      needs NumPy; with safetensors installed, also compares with that

Makes each variant in FOLDER, reads it with the library and with the tools in BIN, prints a line for each, and exits with 1
where the library reads one and nextvec does not, or reads it as other numbers. What safetensors 0.8.0 (with NumPy 2.4.6)
said on 2026-11-27 stands beside each variant of its format.
"""
import io
import json
import os
import struct
import subprocess
import sys
import warnings
import zipfile

import numpy as np

try:
    import safetensors.numpy as safetensors
except ImportError:
    safetensors = None

ROWS = np.random.default_rng(1).normal(size=(12, 4)).astype(np.float32)
ARTICLES = np.repeat(np.arange(3), 4)


def npy(array, version=(1, 0)):
    out = io.BytesIO()
    np.lib.format.write_array(out, array, version=version)
    return out.getvalue()


MEMBERS = {"vectors.npy": npy(ROWS), "article_indices.npy": npy(ARTICLES)}


def archive(members=None, more=(), method=zipfile.ZIP_STORED, **options):
    """An archive of members, and of more: pairs of a name (or ZipInfo) and bytes."""
    out = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(out, "w", method) as z:
            for name, data in [*(members or MEMBERS).items(), *more]:
                with z.open(name, "w", **options) if options else z.open(name, "w") as member:
                    member.write(data)
    return out.getvalue()


def replaced(name, data):
    return {**MEMBERS, name: data}


def entry_of(data, name):
    """Where the directory's entry of a member begins, and its local header."""
    end = data.rfind(b"PK\5\6")
    place = struct.unpack_from("<I", data, end + 16)[0]
    while place < end:
        lengths = struct.unpack_from("<HHH", data, place + 28)
        if data[place + 46 : place + 46 + lengths[0]] == name.encode():
            return place, struct.unpack_from("<I", data, place + 42)[0]
        place += 46 + sum(lengths)
    raise KeyError(name)


def patched(data, name, central, local, value):
    """Sets 16-bit fields of a member in the directory and in its local header."""
    data = bytearray(data)
    entry, header = entry_of(bytes(data), name)
    struct.pack_into("<H", data, entry + central, value)
    struct.pack_into("<H", data, header + local, value)
    return bytes(data)


def zip64_end(data, prefix=b""):
    end = data.rfind(b"PK\5\6")
    _, _, _, here, total, size, offset, _ = struct.unpack("<IHHHHIIH", data[end : end + 22])
    record = struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, 45, 45, 0, 0, here, total, size, offset)
    return prefix + data[:end] + record + struct.pack("<IIQI", 0x07064B50, 0, end, 1) + data[end:]


class Pipe(io.RawIOBase):
    """Bytes that cannot be sought: zipfile writes data descriptors."""

    def __init__(self):
        self.bytes = b""

    def writable(self):
        return True

    def write(self, data):
        self.bytes += bytes(data)
        return len(data)


def described():
    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as z:
        for name, data in MEMBERS.items():
            z.writestr(name, data)
    return pipe.bytes


def unnamed(name, data):
    """A member whose name is in code page 437 (zipfile itself writes UTF-8)."""
    whole = archive(more=[("n" * len(name), data)])
    return whole.replace(b"n" * len(name), name)


def flipped(data, name, where):
    data = bytearray(data)
    header = entry_of(bytes(data), name)[1]
    lengths = struct.unpack_from("<HH", data, header + 26)
    data[header + 30 + sum(lengths) + where] ^= 0xFF
    return bytes(data)


def local_sizes_zero(data):
    data = bytearray(data)
    for name in MEMBERS:
        struct.pack_into("<III", data, entry_of(bytes(data), name)[1] + 14, 0, 0, 0)
    return bytes(data)


def header_text(text, version=1):
    text = text.encode() + b"\n"
    return b"\x93NUMPY" + bytes([version, 0]) + struct.pack("<H" if version == 1 else "<I", len(text)) + text + ROWS.tobytes()


def archives():
    junk = ("other.npy", npy(np.arange(5)))
    objects = np.array([{"a": 1}, print], dtype=object)
    kinds = np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")])
    plain = archive()
    yield "plain", plain
    yield "deflated", archive(method=zipfile.ZIP_DEFLATED)
    yield "zip64-end", zip64_end(plain)
    yield "zip64-end-and-comment", zip64_end(plain)[:-2] + b"\4\0note"
    yield "zip64-extra", archive(force_zip64=True)
    yield "data-descriptors", described()
    yield "local-sizes-zero", local_sizes_zero(plain)
    yield "comment", plain[:-2] + b"\4\0note"
    yield "comment-cut", plain[:-2] + b"\x40\0note"
    yield "comment-and-more", plain[:-2] + b"\4\0note" + b"\n" * 9
    yield "comment-of-an-end", plain[:-2] + b"\x16\0" + b"PK\5\6" + b"\0" * 14 + b"zzzz"
    yield "four-bytes-after", plain + b"\n" * 4
    yield "64-KiB-after", plain + b"\0" * (1 << 16)
    yield "bytes-before", b"MZ\x90\0 a program " * 99 + plain
    yield "script-before", b"#!/bin/sh\nexec unzip $0\n" + plain
    yield "zip64-end-bytes-before", zip64_end(plain, b"MZ\x90\0 a program ")
    yield "no-suffix", archive({name.removesuffix(".npy"): data for name, data in MEMBERS.items()})
    yield "readme", archive(more=[("README", b"hello"), ("empty", b"")])
    yield "folder", archive(more=[("folder/", b""), ("folder/x.npy", npy(ROWS))])
    yield "name-in-utf-8", archive(more=[("größe.npy", npy(ROWS))])
    yield "name-in-cp437", unnamed(b"gr\x94\xe1e.npy", npy(ROWS))
    yield "other-twice", archive(more=[junk, junk])
    yield "other-encrypted", patched(archive(more=[junk]), "other.npy", 8, 6, 1)
    yield "other-bzip2", patched(archive(more=[junk]), "other.npy", 10, 8, 12)
    yield "other-unknown-method", patched(archive(more=[junk]), "other.npy", 10, 8, 99)
    yield "other-damaged", flipped(archive(more=[junk]), "other.npy", 130)
    yield "other-header-damaged", flipped(archive(more=[junk]), "other.npy", 20)
    yield "other-is-no-array", archive(more=[("other.npy", b"hello")])
    yield "other-objects", archive(more=[("other.npy", npy(objects[:1]))])
    yield "other-structured", archive(more=[("other.npy", npy(kinds))])
    yield "other-complex", archive(more=[("other.npy", npy(ROWS * 1j))])
    yield "other-dates", archive(more=[("other.npy", npy(np.zeros(3, "M8[s]")))])
    yield "bytes-after-the-array", archive(replaced("vectors.npy", npy(ROWS) + b"tail"))
    yield "version-2", archive(replaced("vectors.npy", npy(ROWS, (2, 0))))
    yield "version-3", archive(replaced("vectors.npy", npy(ROWS, (3, 0))))
    yield "fortran-order", archive(replaced("vectors.npy", npy(np.asfortranarray(ROWS))))
    yield "big-endian", archive(replaced("vectors.npy", npy(ROWS.astype(">f4"))))
    yield "float64", archive(replaced("vectors.npy", npy(ROWS.astype(np.float64))))
    shape = "'fortran_order': False, 'shape': (12, 4), }"
    for name, text in [
        ("no-byte-order", "{'descr': 'f4', " + shape), ("native-order", "{'descr': '=f4', " + shape),
        ("name-of-type", "{'descr': 'float32', " + shape), ("letter-of-type", "{'descr': 'f', " + shape),
        ("long-integers", "{'descr': '<f4', 'fortran_order': False, 'shape': (12L, 4L), }"),
    ]:
        yield "header-" + name, archive(replaced("vectors.npy", header_text(text)))
    yield "header-blanks", archive(replaced("vectors.npy", header_text("{ \"descr\" :'<f4',\n" + shape + " ", 2)))


def arrays():
    yield "plain.npy", npy(ROWS)
    yield "bytes-after.npy", npy(ROWS) + b"tail"
    yield "two-arrays.npy", npy(ROWS) + npy(ROWS * 2)


def tensors(header, data=None, spaces=0):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) + spaces) + text + b" " * spaces + (DATA if data is None else data)


WEIGHT, BIAS = ROWS[:2, :4], ROWS[3, :2]
DATA = WEIGHT.tobytes() + BIAS.tobytes()
W = {"dtype": "F32", "shape": [2, 4], "data_offsets": [0, 32]}
B = {"dtype": "F32", "shape": [2], "data_offsets": [32, 40]}


def models():
    """Each with whether the safetensors library reads it."""
    plain = {"weight": W, "bias": B}
    yield "plain", True, tensors(plain)
    yield "unordered", True, tensors({"bias": B, "weight": W})
    yield "data-unordered", True, tensors(
        {"weight": {**W, "data_offsets": [8, 40]}, "bias": {**B, "data_offsets": [0, 8]}}, BIAS.tobytes() + WEIGHT.tobytes())
    yield "spaces", True, tensors(plain, spaces=37)
    yield "unaligned", True, tensors(plain, spaces=1)
    yield "metadata-null", True, tensors({"__metadata__": None, **plain})
    yield "metadata-empty", True, tensors({"__metadata__": {}, **plain})
    yield "metadata-last", True, tensors({**plain, "__metadata__": {"format": "pt"}})
    yield "metadata-number", False, tensors({"__metadata__": {"a": 1}, **plain})
    yield "line-ends", True, tensors(json.dumps(plain, indent=1).encode() + b"\n\n")
    yield "fields-in-any-order", True, tensors({"weight": dict(reversed(W.items())), "bias": B})
    yield "more-fields", True, tensors({"weight": {**W, "note": 1}, "bias": B})
    yield "zeros-after-header", False, tensors(json.dumps(plain).encode() + b"\0\0")
    yield "bytes-after", False, tensors(plain, DATA + b"tail")
    yield "gap", False, tensors({"weight": W, "bias": {**B, "data_offsets": [36, 44]}}, DATA + b"0123")
    yield "leading-space", True, tensors(b" " + json.dumps(plain).encode())
    yield "escaped-name", True, tensors(json.dumps(plain).replace("weight", "w\\u0065ight").encode())
    yield "name-twice", True, tensors(json.dumps(plain)[:-1].encode() + b', "bias": ' + json.dumps(B).encode() + b"}")
    yield "float16", True, tensors(
        {"weight": {"dtype": "F16", "shape": [2, 4], "data_offsets": [0, 16]},
         "bias": {"dtype": "F16", "shape": [2], "data_offsets": [16, 20]}},
        WEIGHT.astype(np.float16).tobytes() + BIAS.astype(np.float16).tobytes())


# Read by the library, and rejected here: which of two values a name has is in doubt.
DOUBTFUL = {"name-twice"}
# Not read by numpy.load, but by zipfile and unzip.
ZIP_ONLY = {"bytes-before", "script-before", "zip64-end-bytes-before"}


def numpy_reads(path, name):
    """The vectors, or why NumPy does not read them."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if name in ZIP_ONLY:
                with zipfile.ZipFile(path) as z:
                    return np.lib.format.read_array(z.open("vectors.npy"))
            loaded = np.load(path)
            return loaded if isinstance(loaded, np.ndarray) else loaded["vectors"]
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def nextvec_reads(path, bin, out):
    flag = ["--one-article"] if path.endswith(".npy") else []
    read = subprocess.run([os.path.join(bin, "npz-read"), *flag, path], capture_output=True)
    if read.returncode:
        return (read.stderr.decode().splitlines() or [f"status {read.returncode}"])[0]
    run = subprocess.run([os.path.join(bin, "npz-write"), out], input=read.stdout, capture_output=True, text=False)
    if run.returncode:
        return (run.stderr.decode().splitlines() or [f"status {run.returncode}"])[0]
    return np.load(out)["vectors"]


def verdict(found):
    return "reads" if isinstance(found, np.ndarray) else f"rejects ({found[:90]})"


def main(bin, folder):
    os.makedirs(folder, exist_ok=True)
    wrong = 0

    def line(kind, name, library, ours, isWrong):
        nonlocal wrong
        wrong += isWrong
        print(f"{'WRONG' if isWrong else 'ok':6}{kind:12}{name:26}{library:10}{ours}")

    for name, data in [*archives(), *arrays()]:
        path = os.path.join(folder, name if name.endswith(".npy") else name + ".npz")
        with open(path, "wb") as file:
            file.write(data)
        theirs = numpy_reads(path, name)
        ours = nextvec_reads(path, bin, os.path.join(folder, "out.npz"))
        differ = isinstance(theirs, np.ndarray) and not (isinstance(ours, np.ndarray) and np.array_equal(theirs, ours))
        line("numpy", name, verdict(theirs).split()[0], verdict(ours), differ)
    for name, expected, data in models():
        path = os.path.join(folder, name + ".safetensors")
        with open(path, "wb") as file:
            file.write(data)
        reads = expected
        if safetensors:
            try:
                safetensors.load_file(path)
                reads = True
            except Exception:
                reads = False
        run = subprocess.run([os.path.join(bin, "model-average"), path, "--out", os.path.join(folder, "out")],
                             capture_output=True, text=True)
        ours = "reads" if run.returncode == 0 else f"rejects ({(run.stderr.splitlines() or [''])[0][:90]})"
        differ = reads != expected or reads and name not in DOUBTFUL and run.returncode != 0
        line("safetensors", name, "reads" if reads else "rejects", ours, differ)
    print(f"{wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
