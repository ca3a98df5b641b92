#!/usr/bin/env python3
"""Makes the golden streams of format version 1 under streams/, with examples/python/vector_stream.py.

Good ones are at the top, faulty ones in bad/; expected.json tells what a reader must find in each. Every faulty file has
exactly the fault it is named for: its CRCs, sequence numbers and totals are right wherever they are not that fault.
"""
import io, json, struct, sys, zlib
from dataclasses import replace
from pathlib import Path
import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "examples/python"))
import vector_stream as vs

STREAMS = HERE / "streams"
STAGE = {"id": "00000000000000a1", "tool": "make_streams", "version": "1", "arguments": [], "parents": []}
CHUNKS = {"kind": "chunks", "dim": 4, "ordered": True, "provenance": [STAGE]}
# What streams of windows are called, and were called at first.
WINDOWS = dict(CHUNKS, kind="windows", offset=1, ordered=True,
               roles=[{"name": "context", "count": 3}, {"name": "target", "count": 1}])
SEQUENCES = dict(CHUNKS, kind="sequences", offset=1, ordered=True,
                 roles=[{"name": "context", "count": 3}, {"name": "target", "count": 1}])
PREDICTIONS = dict(CHUNKS, kind="predictions")

def frame_of(keys, **more):
    """A frame of dim 4 with a row for each (article, chunk, step); a row's vector depends on its key alone,
    by arithmetic that no version of NumPy changes."""
    vectors = [[zlib.crc32(repr((key, i)).encode()) / 2**30 - 2 for i in range(4)] for key in keys]
    articles, chunks, steps = zip(*keys)
    return vs.Frame(np.array(vectors, "<f4"), np.array(articles, "<u8"), np.array(chunks, "<u4"), np.array(steps, "<u4"), **more)

def member(header, frames, names=None, **end):
    file = io.BytesIO()
    writer = vs.Writer(file, names)
    writer.begin(header)
    for frame in frames:
        writer.write(frame)
    writer.end(**end)
    return file.getvalue()

def aborted(header, frames, *values):
    file = io.BytesIO()
    writer = vs.Writer(file)
    if header:
        writer.begin(header)
    for frame in frames:
        writer.write(frame)
    writer.abort(*values)
    return file.getvalue()

# Records as [tag, stream, sequence, fields, body], for faults that the writer refuses to write

def split(stream):
    records = []
    while stream:
        tag, number, sequence, length, fields, _ = vs.HEAD.unpack(stream[:60])
        records.append([tag, number, sequence, fields, stream[64:64 + length]])
        stream = stream[64 + length:]
    return records

def joined(records, length=None):
    """The stream of these records with right CRCs; `length` overrides the last one's length of body."""
    stream = b""
    for record in records:
        tag, number, sequence, fields, body = record
        claimed = length if length is not None and record is records[-1] else len(body)
        head = vs.HEAD.pack(tag, number, sequence, claimed, fields, zlib.crc32(body))
        stream += head + struct.pack("<I", zlib.crc32(head)) + body
    return stream

def renumbered(records):
    return [record[:2] + [number] + record[3:] for number, record in enumerate(records)]

def ending(record, **changes):
    return record[:4] + [vs.to_json(json.loads(record[4]) | changes)]

def retotalled(records):
    """The records with an END whose totals and digests are those of its frames, faulty as these may be."""
    demand, vs.demand = vs.demand, lambda truth, complaint: None
    counting = vs.Member(json.loads(records[0][4]))
    for _, _, _, fields, body in records[1:-1]:
        counting.take(fields, body)
    vs.demand = demand
    return records[:-1] + [ending(records[-1], **vs.named(counting.totals))]

def patched(record, offset, data):
    body = record[4]
    return record[:4] + [body[:offset] + data + body[offset + len(data):]]

# The good ones

ARTICLES = [(1, 0, 0), (1, 1, 0), (1, 2, 0), (4_294_967_299, 0, 0), (4_294_967_299, 1, 0), (2**63 + 5, 7, 0), (2**63 + 5, 9, 0)]
NAMES = {vs.article_number(name): name for name in ("doc01", "Ἰλιάς, 1-24", "a \"quoted\" name\n", "0012", "")}
NAMED = [(4, 0, 0)] + [(number, chunk, 0) for number in sorted(NAMES) for chunk in range(2)]
LONG = [(17, chunk, 0) for chunk in range(8)]
chunk_frames = [frame_of(ARTICLES[:4]), frame_of(ARTICLES[4:])]
sequence_frames = [                                         # the second frame begins with the last three rows of the first
    frame_of(LONG[:5], indices=[[0, 1, 2, 3], [1, 2, 3, 4]], weights=[0.5, 2]),
    frame_of(LONG[2:], indices=[[0, 1, 2, 3], [1, 2, 3, 4], [2, 3, 4, 5]], repeated=3)]
prediction_frames = [frame_of([(1, 3, 1), (1, 3, 2), (1, 4, 1), (1, 4, 2)]), frame_of([(9, 3, 1), (9, 3, 2)])]
plain = member(CHUNKS, chunk_frames)
windows = member(SEQUENCES, sequence_frames)
failure = ("npz-read", 65, "wiki.npz: vectors.npy: CRC mismatch")

GOOD = {
    "chunks-v1.nvs": plain,
    "windows-v1.nvs": member(WINDOWS, sequence_frames),
    "sequences-v1.nvs": windows,
    "predictions-v1.nvs": member(PREDICTIONS, prediction_frames),
    "two-members-v1.nvs": member(CHUNKS, chunk_frames[:1], counts={"shard:short_articles": 3, "shard:empty": 1}) +
                          member(dict(CHUNKS, provenance=[dict(STAGE, id="00000000000000a2", arguments=["--shard", "2"])]),
                                 chunk_frames[1:], counts={"shard:short_articles": 4}),
    "unknown-keys-v1.nvs": member(dict(CHUNKS, metadata={"wiki:language": "Ελληνικά", "wiki:date": [2024, 5, None]}, requires=[],
                                       colour="blue", nested={"a": {"b": [1, 2.5, True, "é\"\\\n"]}}), chunk_frames),
    "empty-v1.nvs": member(CHUNKS, []),
    "named-v1.nvs": member(CHUNKS, [frame_of(NAMED[:3]), frame_of(NAMED[3:])], names=NAMES),
}
ABORTS = {
    "abort-v1.nvs": aborted(CHUNKS, chunk_frames[:1], *failure),
    "abort-alone-v1.nvs": aborted(None, [], *failure),
}

# The bad ones

def bad_files():
    header, first, second, end = split(plain)
    yield "newer-major.nvs", "major version 2", joined([header[:3] + [struct.pack("<HH", 2, 0) + bytes(20), header[4]], first, second, end])
    requires = vs.to_json(dict(CHUNKS, requires=["time-travel"]))
    yield "unknown-feature.nvs", "time-travel", joined([header[:4] + [requires], first, second, end])
    names = [vs.NAMES, first[1], 1, bytes(24), vs.to_json({"names": ["12"]})]
    yield "number-as-name.nvs", "is a number", joined(renumbered([header, names, first, second, end]))
    nan = patched(first, 20, struct.pack("<f", np.nan))
    yield "nan.nvs", "not finite", joined(retotalled([header, nan, second, end]))
    yield "wrong-digest.nvs", "row_digest", joined([header, first, second, ending(end, row_digest="0123456789abcdef")])
    yield "wrong-totals.nvs", "rows", joined([header, first, second, ending(end, rows=8)])
    yield "gap.nvs", "sequence number", joined([header, first, end])
    padding = 4 * 3 * 4                                     # the second frame: 3 rows of 48 bytes, then 16 bytes of padding
    yield "nonzero-padding.nvs", "padding", joined([header, first, patched(second, padding + 5, b"\1"), end])
    yield "huge-body.nvs", "too long", joined([header, first], length=1 << 40)
    flat = frame_of(ARTICLES[4:])
    yield "dim-differs.nvs", "dim", plain + member(dict(CHUNKS, dim=3), [replace(flat, vectors=flat.vectors[:, :3])])
    other = split(member(dict(CHUNKS, metadata={"shard:number": 2}), chunk_frames))
    yield "interleaved.nvs", "stream id", joined([record for pair in zip(split(plain), other) for record in pair])
    yield "order-lies.nvs", "ascending order", joined(retotalled(renumbered([header, second, first, end])))
    step = struct.pack("<I", 1)                             # of the second frame's second row, after 3 keys of 12 bytes
    yield "step-in-chunks.nvs", "step", joined(retotalled([header, first, patched(second, 64 + 12 * 3 + 4, step), end]))

    header, first, second, end = split(windows)
    index = 128 + 16 * 5 + 4 * 5                            # of the first frame: 80 bytes of vectors, padded; 5 rows; 5 indices
    out = patched(first, index, struct.pack("<I", 5))       # the digest can't be right: there is no row 5
    yield "index-out-of-range.nvs", "out of range", joined([header, out, second, end])
    differing = patched(second, 16, struct.pack("<f", 0.25))
    yield "repeated-differ.nvs", "differ from the frame before", joined(retotalled([header, first, differing, end]))

def main():
    (STREAMS / "bad").mkdir(parents=True, exist_ok=True)
    expected = {"good": {}, "abort": {}, "bad": {}}
    for name, stream in GOOD.items():
        reader = vs.Reader(io.BytesIO(stream))
        list(reader)
        expected["good"][name] = {"kind": reader.kind, "dim": reader.header["dim"], **reader.totals}
        (STREAMS / name).write_bytes(stream)
    for name, stream in ABORTS.items():
        expected["abort"][name] = dict(zip(("tool", "status", "reason"), failure))
        (STREAMS / name).write_bytes(stream)
    for name, fault, stream in bad_files():
        expected["bad"][name] = fault
        (STREAMS / "bad" / name).write_bytes(stream)
    (STREAMS / "expected.json").write_text(json.dumps(expected, indent=2) + "\n")

if __name__ == "__main__":
    main()
