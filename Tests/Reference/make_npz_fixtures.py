"""Writes the small .npz and .npy files in npz/ that FormatsTests reads. Needs numpy 2; run it in this folder's parent.

Numbers follow formulas that the tests repeat: entry i of an array counts i, in C order, unless noted.
"""
import io
import os
import pickle
import struct
import sys
import zipfile

import numpy as np

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "npz")


def path(name):
    return os.path.join(HERE, name)


def fixed_npz(name, arrays, compression=zipfile.ZIP_STORED):
    """As numpy.savez writes (zip64 local headers), with a fixed time so that the bytes are reproducible."""
    with zipfile.ZipFile(path(name), "w", compression) as archive:
        for key, array in arrays.items():
            info = zipfile.ZipInfo(key + ".npy", (1980, 1, 1, 0, 0, 0))
            info.compress_type = compression
            with archive.open(info, "w", force_zip64=True) as member:
                np.lib.format.write_array(member, np.asanyarray(array))


def npy(header, version, data):
    """An .npy with exactly this header text."""
    width = "<H" if version == 1 else "<I"
    text = header.encode("utf-8")
    return b"\x93NUMPY" + bytes([version, 0]) + struct.pack(width, len(text)) + text + data


def chunks():
    vectors = np.arange(7 * 5, dtype=np.float32).reshape(7, 5) / 4
    return {
        "vectors": vectors,
        "article_indices": np.array([0, 0, 0, 1, 1, 2, 2], np.int32),
        "titles": np.array(["Zürich", "a", "日本"]),
    }


class Unseekable:
    """What a pipe looks like to zipfile: sizes go to data descriptors."""

    def __init__(self, file):
        self.file = file

    def write(self, data):
        return self.file.write(data)

    def flush(self):
        self.file.flush()


def types():
    count = np.arange(6)
    arrays = {}
    for code in ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"]:
        for order in "<>":
            name = ("little_" if order == "<" else "big_") + code
            arrays[name] = count.astype(order + code).reshape(2, 3)
            arrays["flat_" + name] = count.astype(order + code)
    arrays["boolean"] = np.array([True, False, True])
    arrays["scalar"] = np.array(42)
    arrays["signed"] = np.array([-1, -(2**63), 2**63 - 1], np.int64)
    arrays["beyond"] = np.array([1, 2**63], np.uint64)
    arrays["fraction"] = np.array([1.0, 2.5])
    arrays["big_text"] = np.array(["one", "zwei", ""]).astype(">U5")
    arrays["bytes_text"] = np.array([b"one", b"two"], "S5")
    arrays["complex"] = np.ones((2, 3), np.complex64)
    arrays["dates"] = np.array(["2020-01-01"], "M8[D]")
    arrays["structured"] = np.zeros(2, [("a", "<f4"), ("b", "<i4")])
    arrays["void"] = np.zeros((2, 3), "V2")
    arrays["zero_rows"] = np.zeros((0, 8), np.float32)
    arrays["zero_dim"] = np.zeros((4, 0), np.float32)
    arrays["one_axis"] = np.zeros(4, np.float32)
    arrays["four_axes"] = np.zeros((1, 1, 1, 1), np.float32)
    arrays["no_text"] = np.zeros(3, "U0")
    return arrays


def orders():
    two = np.arange(5 * 3, dtype=np.float32).reshape(5, 3)
    three = np.arange(4 * 3 * 2, dtype=np.float64).reshape(4, 3, 2)
    return {
        "two": np.asfortranarray(two),
        "three": np.asfortranarray(three),
        "plain_three": three.astype(np.float16),
        "big_two": np.asfortranarray(two.astype(">f4")),
    }


def nonfinite():
    vectors = np.ones((6, 20), np.float32)
    vectors[1, 19] = np.nan
    vectors[3, 0] = np.inf
    vectors[4, 7] = -np.inf
    halves = vectors.astype(np.float16)
    doubles = np.ones((3, 2))
    doubles[1, 1] = 1e39
    return {"vectors": vectors, "halves": halves, "overflow": doubles}


def objects():
    """Metadata as the project's Python predecessors save them."""
    return np.array(
        [
            {
                "article_index": 10 + i,
                "target_chunk_index": i,
                "numpy_integer": np.int64(-i),
                "numpy_float": np.float32(i / 2),
                "flag": i % 2 == 0,
                "title": "Zürich %d" % i,
                "nothing": None,
                "score": i * 1.5,
                "large": 2**40 + i,
                "list": [1, [2, (3, "four")]],
                "raw": b"\x00\xff",
                "vector": np.array([1.0, 2.0], np.float32),
                "text": np.str_("numpy"),
                "big": np.array([[1, 2]], ">i2"),
                "boolean": np.bool_(True),
            }
            for i in range(3)
        ],
        dtype=object,
    )


def object_npy(protocol, array=None, payload=None):
    header = "{'descr': '|O', 'fortran_order': False, 'shape': (3,), }\n"
    return npy(header, 1, payload or pickle.dumps(objects() if array is None else array, protocol=protocol))


class Command:
    def __reduce__(self):
        return (os.system, ("touch /tmp/nextvec-hostile",))


def hostile():
    cycle = []
    cycle.append(cycle)
    laughs = [0]
    for _ in range(60):
        laughs = [laughs, laughs]
    deep = 0
    for _ in range(400):
        deep = [deep]
    three = lambda value: np.array([value, None, None], dtype=object)
    single = np.empty(3, object)
    single[0] = cycle
    laughing = np.empty(3, object)
    laughing[0] = laughs
    nested = np.empty(3, object)
    nested[0] = deep
    return {
        "system": pickle.dumps(three(Command()), protocol=4),
        "system_text": b"cos\nsystem\n(S'true'\ntR.",
        "instance": b"(S'true'\nios\nsystem\n.",
        "cycle": pickle.dumps(single, protocol=4),
        "laughs": pickle.dumps(laughing, protocol=4),
        "deep": pickle.dumps(nested, protocol=4),
        "length": b"\x80\x04\x8e" + struct.pack("<Q", 2**62) + b".",
        "memo": b"\x80\x02Nr\xff\xff\xff\xff.",
        "set": pickle.dumps(three({1}), protocol=4),
        "ordered": pickle.dumps(three(__import__("collections").OrderedDict(a=1)), protocol=4),
        "huge": pickle.dumps(three(2**70), protocol=4),
    }


def headers():
    data = np.arange(6, dtype="<f4").tobytes()
    return {
        "one": npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }   \n", 1, data),
        "two": npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n", 2, data),
        "three": npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n", 3, data),
        "python2": npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2L, 3L), }\n", 1, data),
        "order": npy('  {"shape":(2,3) ,"fortran_order" : False,\n"descr":"<f4"}', 1, data),
    }


def main():
    os.makedirs(HERE, exist_ok=True)
    fixed_npz("stored.npz", chunks())
    fixed_npz("deflated.npz", chunks(), zipfile.ZIP_DEFLATED)
    fixed_npz("bzip2.npz", {"vectors": np.zeros((1, 2), np.float32)}, zipfile.ZIP_BZIP2)
    fixed_npz("empty.npz", {})
    fixed_npz("types.npz", types())
    fixed_npz("types_deflated.npz", types(), zipfile.ZIP_DEFLATED)
    fixed_npz("orders.npz", orders())
    fixed_npz("orders_deflated.npz", orders(), zipfile.ZIP_DEFLATED)
    fixed_npz("nonfinite.npz", nonfinite())
    fixed_npz("small.npz", {"vectors": np.arange(6, dtype=np.float32).reshape(2, 3), "article_ids": np.array([4, 5])})
    fixed_npz(
        "small_deflated.npz",
        {"vectors": np.arange(6, dtype=np.float32).reshape(2, 3), "article_ids": np.array([4, 5])},
        zipfile.ZIP_DEFLATED,
    )
    with open(path("descriptors.npz"), "wb") as file:
        with zipfile.ZipFile(Unseekable(file), "w") as archive:
            for key, array in chunks().items():
                info = zipfile.ZipInfo(key + ".npy", (1980, 1, 1, 0, 0, 0))
                with archive.open(info, "w", force_zip64=True) as member:
                    np.lib.format.write_array(member, array)
    with zipfile.ZipFile(path("comment.npz"), "w") as archive:
        info = zipfile.ZipInfo("vectors.npy", (1980, 1, 1, 0, 0, 0))
        buffer = io.BytesIO()
        np.save(buffer, chunks()["vectors"])
        archive.writestr(info, buffer.getvalue())
        archive.writestr(zipfile.ZipInfo("README", (1980, 1, 1, 0, 0, 0)), "no array")
        archive.comment = b"PK\x05\x06 is not the end " * 40
    for name, content in headers().items():
        with open(path("header_%s.npy" % name), "wb") as file:
            file.write(content)
    for protocol in range(6):
        with open(path("objects_%d.npy" % protocol), "wb") as file:
            file.write(object_npy(protocol))
    for name, payload in hostile().items():
        with open(path("hostile_%s.npy" % name), "wb") as file:
            file.write(object_npy(4, payload=payload))
    fixed_npz("metadata.npz", {"metadata": objects()}, zipfile.ZIP_DEFLATED)


if __name__ == "__main__":
    sys.exit(main())
