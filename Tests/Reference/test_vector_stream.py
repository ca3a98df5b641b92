#!/usr/bin/env python3
"""Tests examples/python/vector_stream.py with the golden streams; run with python3."""
import io, json, re, subprocess, sys, tempfile, unittest, zlib
from pathlib import Path
import numpy as np

HERE = Path(__file__).resolve().parent
ROOT, STREAMS = HERE.parents[1], HERE / "streams"
sys.path[:0] = [str(HERE), str(ROOT / "examples/python")]
import make_streams
from vector_stream import Frame, Reader, StreamError, UpstreamFailure, Writer

EXPECTED = json.loads((STREAMS / "expected.json").read_text())
MASK = (1 << 64) - 1

def read(stream):
    reader = Reader(io.BytesIO(stream))
    return reader, list(reader)

def values(frame):
    weights = None if frame.weights is None else frame.weights.tobytes()
    return [a.tobytes() for a in (frame.vectors, frame.articles, frame.chunks, frame.steps, frame.indices)], weights, frame.repeated

def mix(x):                                     # once more, in plain integers
    z = (x + 0x9E3779B97F4A7C15) & MASK
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & MASK
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB & MASK
    return z ^ (z >> 31)

class VectorStream(unittest.TestCase):
    def refuse(self, stream, what, fault=""):
        with self.assertRaises(StreamError, msg=what) as caught:
            read(stream)
        self.assertIn(fault, str(caught.exception), what)
        self.assertNotIn("\n", str(caught.exception))
        return caught.exception

    def run_python(self, arguments, stream, **options):
        return subprocess.run([sys.executable, *map(str, arguments)], input=stream, capture_output=True, **options)

    def test_golden_files_are_what_make_streams_makes(self):
        made = make_streams.GOOD | make_streams.ABORTS | {f"bad/{name}": stream for name, _, stream in make_streams.bad_files()}
        for name, stream in made.items():
            self.assertEqual((STREAMS / name).read_bytes(), stream, name)
            self.assertLess(len(stream), 10_000)
        self.assertEqual({str(path.relative_to(STREAMS)) for path in STREAMS.rglob("*.nvs")}, set(made))

    def test_good_files(self):
        for name, expected in EXPECTED["good"].items():
            reader, frames = read((STREAMS / name).read_bytes())
            found = {"kind": reader.header["kind"], "dim": reader.header["dim"], **reader.totals}
            self.assertEqual(found, expected, name)

    def test_aborts(self):
        for name, expected in EXPECTED["abort"].items():
            failure = self.refuse((STREAMS / name).read_bytes(), name)
            self.assertIsInstance(failure, UpstreamFailure)
            self.assertEqual({key: getattr(failure, key) for key in expected}, expected)

    def test_bad_files(self):
        for name, fault in EXPECTED["bad"].items():
            self.refuse((STREAMS / "bad" / name).read_bytes(), name, fault)

    def test_digests_by_plain_arithmetic(self):
        for name, expected in EXPECTED["good"].items():
            row_digest = window_digest = 0
            for frame in read((STREAMS / name).read_bytes())[1]:
                rows = [mix(mix(mix(int(a)) ^ (int(c) + (int(s) << 32))) ^ zlib.crc32(v.tobytes())) for v, a, c, s in
                        zip(frame.vectors, frame.articles, frame.chunks, frame.steps)]
                row_digest += sum(rows[frame.repeated:])
                for w, slots in enumerate(frame.indices):
                    h = mix(0x3F800000 if frame.weights is None else int(frame.weights.view("<u4")[w]))
                    for slot in slots:
                        h = mix(h ^ rows[slot])
                    window_digest += h
            self.assertEqual([f"{d & MASK:016x}" for d in (row_digest, window_digest)],
                             [expected["row_digest"], expected["window_digest"]], name)

    def test_every_prefix_is_refused(self):
        for name in [*EXPECTED["good"], *EXPECTED["abort"]]:
            stream = (STREAMS / name).read_bytes()
            whole = {len(make_streams.member(make_streams.CHUNKS, make_streams.chunk_frames[:1],
                     counts={"shard:short_articles": 3, "shard:empty": 1}))} if name.startswith("two-members") else set()
            for length in set(range(len(stream))) - whole:
                self.refuse(stream[:length], f"{name}, {length} bytes")
            for length in whole:                                    # a whole member is a stream
                read(stream[:length])

    def test_every_flipped_bit_is_refused(self):
        for name in ("chunks-v1.nvs", "sequences-v1.nvs"):
            stream = bytearray((STREAMS / name).read_bytes())
            for bit in range(8 * len(stream)):
                stream[bit // 8] ^= 1 << bit % 8
                self.refuse(bytes(stream), f"{name}, bit {bit}")
                stream[bit // 8] ^= 1 << bit % 8

    def test_every_added_byte_is_refused(self):
        for name in EXPECTED["good"]:
            self.refuse((STREAMS / name).read_bytes() + b"\n", name)

    def test_round_trip(self):
        for name in EXPECTED["good"]:
            stream, copy = (STREAMS / name).read_bytes(), io.BytesIO()
            reader = Reader(io.BytesIO(stream))
            writer, frames = Writer(copy, reader.header), []
            for frame in reader:
                frames.append(frame)
                writer.write(frame)
            writer.end(reader.counts, reader.provenance)
            again, copies = read(copy.getvalue())
            self.assertEqual(list(map(values, frames)), list(map(values, copies)), name)
            self.assertEqual((again.header, again.totals | {"frames": 0}, again.counts, again.provenance),
                             (reader.header, reader.totals | {"frames": 0}, reader.counts, reader.provenance), name)
            if not name.startswith("two-members"):
                self.assertEqual(copy.getvalue(), stream, name)

    def test_members_are_joined(self):
        reader, _ = read((STREAMS / "two-members-v1.nvs").read_bytes())
        self.assertEqual(reader.counts, {"shard:short_articles": 7, "shard:empty": 1})
        self.assertEqual([stage["id"][-2:] for stage in reader.provenance], ["a1", "a2"])
        for key in ("rows", "row_digest"):
            self.assertEqual(EXPECTED["good"]["two-members-v1.nvs"][key], EXPECTED["good"]["chunks-v1.nvs"][key])

    def test_digests_do_not_depend_on_order_or_frames(self):
        rows = make_streams.frame_of(make_streams.LONG)
        def digest(order, sizes):
            frames = []
            for part in np.split(np.array(order), sizes):
                frames.append(Frame(rows.vectors[part], rows.articles[part], rows.chunks[part], rows.steps[part]))
            return read(make_streams.member(make_streams.CHUNKS, frames))[0].totals["row_digest"]
        self.assertEqual(digest(range(8), [3]), digest([7, 2, 0, 1, 6, 5, 3, 4], [1, 2, 6]))

    def test_caller_may_change_frames(self):
        reader = Reader(io.BytesIO((STREAMS / "sequences-v1.nvs").read_bytes()))
        for frame in reader:                                        # the second frame repeats rows of the first
            frame.vectors = frame.vectors * 2
            frame.articles = frame.articles + np.uint64(1)
        self.assertEqual(reader.totals["rows"], 8)

    def test_writer_refuses(self):
        good = make_streams.frame_of([(1, 0, 0), (1, 1, 0)])
        for change in ({"vectors": good.vectors * np.float32(np.inf)}, {"vectors": good.vectors[:, :3]}, {"repeated": 1},
                       {"articles": good.articles[:1]}, {"indices": [[0]]}, {"weights": [1.0]}):
            writer = Writer(io.BytesIO(), make_streams.CHUNKS)
            with self.assertRaises(StreamError, msg=change):
                writer.write(make_streams.replace(good, **change))

    def test_headers_and_ends(self):
        frames = make_streams.chunk_frames
        header, first, second, end = make_streams.split(make_streams.plain)
        for change in ({"kind": "chunk"}, {"dim": 0}, {"dim": True}, {"dim": (1 << 24) + 1}, {"ordered": 1}, {"provenance": None},
                       {"metadata": []}, {"provenance": [{"id": "b", "parents": ["a"]}]}, {"kind": "sequences"}):
            bad = make_streams.ending(header, **change)
            self.refuse(make_streams.joined([bad, first, second, end]), change, "header's")
        for body in (b"[]", b"", b"{", b'{"a":NaN}', b"\xff", b"\xef\xbb\xbf{}", b"[" * 6400):
            bad = header[:4] + [body + b" " * (-len(body) % 64)]
            self.refuse(make_streams.joined([bad, first, second, end]), body, "JSON")
        for change in ({"counts": {"a:b": "c"}}, {"counts": []}, {"provenance": {}}, {"frames": 3}, {"windows": None},
                       {"window_digest": 0}):
            bad = make_streams.ending(end, **change)
            self.refuse(make_streams.joined([header, first, second, bad]), change, "the end")
        renumbered = [record[:2] + [n] + record[3:] for n, record in enumerate([header, first, header, second, end])]
        self.refuse(make_streams.joined(renumbered), "a header inside", "inside a member")
        self.refuse(make_streams.joined([first[:2] + [0] + first[3:]]), "no header", "does not begin with a header")
        self.refuse(b"", "nothing", "truncated")

    def test_filter_of_the_specification(self):
        page = (ROOT / "docs/stream-format.md").read_text()
        [source] = re.findall(r"```python\n(.*?)```", page, re.S)
        with tempfile.TemporaryDirectory() as folder:
            script = Path(folder) / "negate.py"
            script.write_text(source)
            for name in EXPECTED["good"]:
                stream = (STREAMS / name).read_bytes()
                run = self.run_python([script], stream, env={"PYTHONPATH": str(ROOT / "examples/python")})
                self.assertEqual(run.stderr, b"", name)
                for before, after in zip(read(stream)[1], read(run.stdout)[1], strict=True):
                    before.vectors = -before.vectors
                    self.assertEqual(values(before), values(after), name)

    def test_command_line(self):
        tool = ROOT / "examples/python/vector_stream.py"
        stream = (STREAMS / "sequences-v1.nvs").read_bytes()
        self.assertEqual(self.run_python([tool, "check"], stream).returncode, 0)
        self.assertEqual(self.run_python([tool, "copy"], stream).stdout, stream)
        once = self.run_python([tool, "negate"], stream).stdout
        self.assertNotEqual(once, stream)
        self.assertEqual(self.run_python([tool, "negate"], once).stdout, stream)
        self.assertEqual(json.loads(self.run_python([tool, "info"], stream).stdout)["totals"]["windows"], 5)
        for command in ("check", "info", "negate", "copy"):
            for name in ("nan.nvs", "newer-major.nvs", "../abort-v1.nvs", "../abort-alone-v1.nvs"):
                run = self.run_python([tool, command], (STREAMS / "bad" / name).read_bytes())
                self.assertEqual((run.returncode, run.stderr.count(b"\n")), (65, 1), name)
                if command in ("negate", "copy"):
                    failure = self.refuse(run.stdout, name)
                    self.assertIsInstance(failure, UpstreamFailure)
                    self.assertEqual(failure.tool, "npz-read" if "abort" in name else "vector_stream")

if __name__ == "__main__":
    unittest.main()
