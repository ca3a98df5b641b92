#!/usr/bin/env python3
"""Tests examples/python/vector_stream.py with the golden streams; run with python3."""
import io, json, re, struct, subprocess, sys, tempfile, unittest, zlib
from pathlib import Path
import numpy as np

HERE = Path(__file__).resolve().parent
ROOT, STREAMS = HERE.parents[1], HERE / "streams"
sys.path[:0] = [str(HERE), str(ROOT / "examples/python")]
import make_streams
from vector_stream import Frame, Reader, StreamError, Writer, stage

EXPECTED = json.loads((STREAMS / "expected.json").read_text())
MASK = (1 << 64) - 1

def read(stream):
    reader = Reader(io.BytesIO(stream))
    return reader, list(reader)

def values(frame):
    parts = frame.vectors, frame.articles, frame.chunks, frame.steps, frame.indices, frame.weights
    return [part.tobytes() for part in parts], frame.repeated

def copied(reader):
    """The stream that a filter would write which changes nothing, not even the header."""
    copy = io.BytesIO()
    writer = Writer(copy, reader.names)
    writer.begin(reader.header)
    for frame in reader:
        writer.write(frame)
    writer.end(reader.counts, reader.header["provenance"])
    return copy.getvalue()

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
            found = {"kind": reader.kind, "dim": reader.header["dim"], **reader.totals}
            self.assertEqual(found, expected, name)

    def test_aborts(self):
        for name, expected in EXPECTED["abort"].items():
            failure = self.refuse((STREAMS / name).read_bytes(), name)
            self.assertEqual(failure.upstream, tuple(expected[key] for key in ("tool", "status", "reason")))
            self.assertEqual(failure.origin("other"), failure.upstream)

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
                    h = mix(int(frame.weights.view("<u4")[w]) if len(frame.weights) else 0x3F800000)
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
            stream = (STREAMS / name).read_bytes()
            copy = copied(Reader(io.BytesIO(stream)))
            (reader, frames), (again, copies) = read(stream), read(copy)
            self.assertEqual(list(map(values, frames)), list(map(values, copies)), name)
            self.assertEqual((again.header, again.totals, again.counts), (reader.header, reader.totals, reader.counts), name)
            if not name.startswith("two-members"):
                self.assertEqual(copy, stream, name)

    def test_members_are_joined(self):
        reader, _ = read((STREAMS / "two-members-v1.nvs").read_bytes())
        self.assertEqual(reader.counts, {"shard:short_articles": 7, "shard:empty": 1})
        self.assertEqual([entry["id"][-2:] for entry in reader.header["provenance"]], ["a1", "a2"])
        for key in ("rows", "row_digest"):
            self.assertEqual(EXPECTED["good"]["two-members-v1.nvs"][key], EXPECTED["good"]["chunks-v1.nvs"][key])

    def test_digests_do_not_depend_on_order_or_frames(self):
        rows = make_streams.frame_of(make_streams.LONG)
        def digest(order, sizes):
            frames = []
            for part in np.split(np.array(order), sizes):
                frames.append(Frame(rows.vectors[part], rows.articles[part], rows.chunks[part], rows.steps[part]))
            header = dict(make_streams.CHUNKS, ordered=False)
            return read(make_streams.member(header, frames))[0].totals["row_digest"]
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
                       {"steps": [0, 1]}, {"chunks": [1, 0]}, {"chunks": [1, 1]}, {"articles": good.articles[:1]}, {"indices": [[0]]}, {"weights": [1.0]}):
            writer = Writer(io.BytesIO())
            writer.begin(make_streams.CHUNKS)
            with self.assertRaises((StreamError, ValueError), msg=change):
                writer.write(make_streams.replace(good, **change))
            self.refuse(writer.file.getvalue(), change, "truncated")        # only the header was written

    def test_headers_and_ends(self):
        frames = make_streams.chunk_frames
        header, first, second, end = make_streams.split(make_streams.plain)
        for change in ({"kind": "chunk"}, {"dim": 0}, {"dim": True}, {"dim": 16_777_201}, {"ordered": None},
                       {"provenance": None}, {"provenance": [{}]}, {"kind": "sequences"}, {"requires": ["a"]}):
            bad = make_streams.ending(header, **change)
            self.refuse(make_streams.joined([bad, first, second, end]), change)
        for body in (b"[]", b"", b"{", b'{"a":NaN}', b"\xff", b"\xef\xbb\xbf{}", b"[" * 6400):
            bad = header[:4] + [body + b" " * (-len(body) % 64)]
            self.refuse(make_streams.joined([bad, first, second, end]), body, "JSON")
        for change in ({"counts": {"a:b": "c"}}, {"counts": []}, {"provenance": 0}, {"frames": 3}, {"windows": None},
                       {"window_digest": 0}):
            bad = make_streams.ending(end, **change)
            self.refuse(make_streams.joined([header, first, second, bad]), change)
        for records in ([header, first, header, second, end], [first]):
            self.refuse(make_streams.joined(make_streams.renumbered(records)), "misplaced", "a header must begin a member")
        ignored = [header[:3] + [struct.pack("<HH", 1, 9) + b"later" * 4, header[4]], first, second,
                   end[:3] + [b"later" * 4 + bytes(4), end[4]]]
        self.assertEqual(read(make_streams.joined(ignored))[0].totals, read(make_streams.plain)[0].totals)

    def test_steps_and_order(self):
        predictions = dict(make_streams.PREDICTIONS)
        frame = make_streams.frame_of([(1, 3, 1), (1, 3, 2)])
        for change, fault in (({"steps": [0, 1]}, "step"), ({"steps": [2, 1]}, "ascending"), ({"steps": [1, 1]}, "ascending")):
            with self.assertRaisesRegex(StreamError, fault):
                make_streams.member(predictions, [make_streams.replace(frame, **change)])
        far = make_streams.frame_of([(2**63, 0, 1), (2**63, 2**32 - 1, 2**32 - 1), (2**63 + 1, 0, 1)])
        read(make_streams.member(predictions, [frame, far]))

    def test_members_agree_where_it_matters(self):
        one = make_streams.member(dict(make_streams.CHUNKS, offset=1, roles="none"), make_streams.chunk_frames[:1])
        read(one + make_streams.member(dict(make_streams.CHUNKS, offset=2), make_streams.chunk_frames[1:]))
        [context, target] = make_streams.SEQUENCES["roles"]
        old = make_streams.member(make_streams.SEQUENCES, make_streams.sequence_frames)
        read(old + make_streams.member(dict(make_streams.SEQUENCES, roles=[context, dict(target, colour="blue")]), []))
        for change in ({"offset": 2}, {"roles": [dict(context, count=2), target]}):
            self.refuse(old + make_streams.member(dict(make_streams.SEQUENCES, **change), []), change, "differ")

    def test_stages(self):
        header = stage(make_streams.CHUNKS, "a.py", ["x"])
        self.assertEqual(header["provenance"][-1]["parents"], ["00000000000000a1"])
        again = stage(header, "a.py", ["x"])["provenance"]
        self.assertEqual((again[-1]["parents"], len({entry["id"] for entry in again})), ([again[-2]["id"]], 3))
        self.assertEqual(len(make_streams.CHUNKS["provenance"]), 1)
        merged = read((STREAMS / "two-members-v1.nvs").read_bytes())[0].header
        self.assertEqual([p[-2:] for p in stage(merged, "a.py", [])["provenance"][-1]["parents"]], ["a1", "a2"])

    def test_empty(self):
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
                self.assertEqual((run.stderr, run.returncode), (b"", 0), name)
                [*old, own] = read(run.stdout)[0].header["provenance"]
                self.assertEqual((old, own["tool"]), (read(stream)[0].header["provenance"], "negate.py"))
                for before, after in zip(read(stream)[1], read(run.stdout)[1], strict=True):
                    before.vectors = -before.vectors
                    self.assertEqual(values(before), values(after), name)
            for name in [*(f"bad/{name}" for name in EXPECTED["bad"]), *EXPECTED["abort"]]:
                run = self.run_python([script], (STREAMS / name).read_bytes(), env={"PYTHONPATH": str(ROOT / "examples/python")})
                self.assertEqual((run.returncode, run.stderr[:9], run.stderr.count(b"\n")), (65, b"negate.py", 1), name)
                failure = self.refuse(run.stdout, name)
                self.assertEqual(failure.upstream[:2], ("npz-read" if "abort" in name else "negate.py", 65), name)

    def test_command_line(self):
        tool = ROOT / "examples/python/stream_tool.py"
        stream = (STREAMS / "sequences-v1.nvs").read_bytes()
        self.assertEqual(self.run_python([tool, "check"], stream).returncode, 0)
        self.assertEqual(self.run_python([tool, "copy"], stream).stdout, stream)
        once = self.run_python([tool, "negate"], stream).stdout
        self.assertNotEqual(once, stream)
        twice = self.run_python([tool, "negate"], once).stdout
        self.assertEqual(list(map(values, read(twice)[1])), list(map(values, read(stream)[1])))
        self.assertEqual(json.loads(self.run_python([tool, "info"], stream).stdout)["totals"]["windows"], 5)
        for command in ("check", "info", "negate", "copy"):
            for name in ("nan.nvs", "newer-major.nvs", "../abort-v1.nvs", "../abort-alone-v1.nvs"):
                run = self.run_python([tool, command], (STREAMS / "bad" / name).read_bytes())
                self.assertEqual((run.returncode, run.stderr.count(b"\n")), (65, 1), name)
                if command in ("negate", "copy"):
                    failure = self.refuse(run.stdout, name)
                    self.assertEqual(failure.upstream[0], "npz-read" if "abort" in name else "stream_tool.py")

if __name__ == "__main__":
    unittest.main()
