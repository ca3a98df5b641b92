#!/usr/bin/env python3
"""Reads and writes vector streams (.nvs) with Python and NumPy alone. The format: docs/stream-format.md.

    python3 vector_stream.py check|info|negate|copy  < in.nvs  > out
"""
import argparse, json, struct, sys, zlib
from dataclasses import dataclass, replace
import numpy as np

HEADER, FRAME, END, ABORT = b"\x93NVS\r\n\x1a\n", b"NVSFRAME", b"NVSEND\0\0", b"NVSABORT"
LIMITS = {HEADER: 1 << 20, FRAME: 64 << 20, END: 64 << 20, ABORT: 1 << 20}      # bytes of body
HEAD = struct.Struct("<8sQQQ24sI")      # tag, stream id, sequence number, length, fields, body's CRC; then its own CRC
FIELDS = struct.Struct("<6I")           # of a frame: rows, windows, repeated, flags, dim, slots

class StreamError(Exception):
    """What is wrong with a stream, in one line."""
    tool, status = "vector_stream", 65

class UpstreamFailure(StreamError):
    """The stream ends in an ABORT: the stage `tool` failed with exit status `status` for `reason`."""
    def __init__(self, tool, status, reason):
        super().__init__(" ".join(f"{tool} failed: {reason}".split()))
        self.tool, self.status, self.reason = tool, status, reason

def demand(truth, complaint):
    if not truth:
        raise StreamError(complaint)

@dataclass
class Frame:
    """R rows of dimension D and W windows of S slots."""
    vectors: np.ndarray                 # (R, D) float32
    articles: np.ndarray                # (R) uint64
    chunks: np.ndarray                  # (R) uint32
    steps: np.ndarray                   # (R) uint32
    indices: np.ndarray = ()            # (W, S) uint32, rows of this frame
    weights: np.ndarray = None          # (W) float32, or None where each is 1
    repeated: int = 0                   # so many rows at the beginning are the last ones of the frame before

# Bodies: JSON and frames

def padded(data, filler=b"\0"):
    return data + filler * (-len(data) % 64)

def to_json(value):
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
    return padded(text.encode(), b" ")

def from_json(body):
    try:
        value = json.loads(body.decode())
        to_json(value)                          # refuses NaN, which Python would read, and whatever can't be passed on
    except (ValueError, RecursionError):
        value = None
    demand(type(value) is dict, "a body is not a JSON object")
    return value

def layout(rows, windows, repeated, flags, dim, slots):
    """Type and count of each part of a frame's body, paddings included."""
    keys = 16 * rows + 4 * windows * (slots + flags)
    return [("<f4", rows * dim), ("u1", -4 * rows * dim % 64), ("<u8", rows), ("<u4", rows), ("<u4", rows),
            ("<u4", windows * slots), ("<f4", windows * flags), ("u1", -keys % 64)]

def pack(frame, slots):
    """Fields and body of a frame."""
    flags = int(frame.weights is not None)
    fields = (len(frame.articles), len(frame.indices), frame.repeated, flags, np.shape(frame.vectors)[1], slots)
    parts = layout(*fields)
    arrays = (frame.vectors, np.zeros(parts[1][1]), frame.articles, frame.chunks, frame.steps, frame.indices,
              frame.weights if flags else (), np.zeros(parts[7][1]))
    arrays = [np.asarray(array, kind) for array, (kind, _) in zip(arrays, parts)]
    demand([a.size for a in arrays] == [count for _, count in parts], "the sizes of a frame's arrays disagree")
    return FIELDS.pack(*fields), b"".join(a.tobytes() for a in arrays)

def unpack(fields, body, dim, slots):
    """The frame in a body, checked; its arrays are views of the body."""
    rows, windows, repeated, flags, *shape = FIELDS.unpack(fields)
    demand(shape == [dim, slots], f"a frame has dim and slots {shape}, by its header they are {[dim, slots]}")
    demand(flags <= 1, f"a frame has unknown flags {flags:#x}")
    demand(rows > 0, "a frame has no rows")
    demand(slots or not windows, "a frame has windows, its header no roles")
    parts = layout(*FIELDS.unpack(fields))
    ends = np.cumsum([np.dtype(kind).itemsize * count for kind, count in parts]).tolist()
    demand(len(body) == ends[-1], f"a frame's body has {len(body)} bytes where {ends[-1]} are due")
    vectors, gap, articles, chunks, steps, indices, weights, rest = (
        np.frombuffer(body[start:end], kind) for start, end, (kind, _) in zip([0] + ends, ends, parts))
    demand(not gap.any() and not rest.any(), "a frame's padding is not zero")
    demand(np.isfinite(vectors).all(), "a vector is not finite")
    demand((indices < rows).all(), "an index is out of range")
    demand(np.isfinite(weights).all() and (weights >= 0).all(), "a weight is negative or not finite")
    return Frame(vectors.reshape(rows, dim), articles, chunks, steps, indices.reshape(windows, slots),
                 weights if flags else None, repeated)

# Digests and totals

def mix(x):
    """The finalizer of splitmix64, of an array of uint64 (whose arithmetic is modulo 2^64)."""
    z = x + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))

def totals_of(frame):
    """An array of uint64: frames, rows, windows, row digest, window digest."""
    crcs = np.array([zlib.crc32(vector) for vector in frame.vectors], np.uint64)
    rows = mix(mix(mix(frame.articles) ^ (frame.chunks + (frame.steps.astype(np.uint64) << np.uint64(32)))) ^ crcs)
    weights = np.ones(len(frame.indices), "<f4") if frame.weights is None else frame.weights
    windows = mix(weights.view("<u4").astype(np.uint64))
    for slot in frame.indices.T:
        windows = mix(windows ^ rows[slot])
    rows = rows[frame.repeated:]
    return np.array([1, len(rows), len(windows), rows.sum(), windows.sum()], np.uint64)

def named(totals):
    values = totals.tolist()[:3] + [f"{digest:016x}" for digest in totals.tolist()[3:]]
    return dict(zip(("frames", "rows", "windows", "row_digest", "window_digest"), values))

# Members: what reader and writer share

def whole(value, most=1 << 32):
    return type(value) is int and 1 <= value <= most

def are_roles(value):
    names = ("context", "target", "previous", "negative", "future")
    return (type(value) is list and all(type(role) is dict and role.get("name") in names for role in value)
            and all(whole(role.get("count")) for role in value)
            and tuple(role["name"] for role in value[:2]) == names[:2])

def are_counts(value):
    return type(value) is dict and all(type(count) in (int, float) for count in value.values())

def is_provenance(value):
    return type(value) is list and all(
        type(stage) is dict and type(stage.get("id")) is str and type(stage.get("parents", [])) is list
        and all(parent in [s["id"] for s in value[:i]] for parent in stage.get("parents", []))
        for i, stage in enumerate(value))

HEADER_KEYS = {"requires": lambda v: v in (None, []), "kind": lambda v: v in ("chunks", "sequences", "predictions"),
               "dim": lambda v: whole(v, 1 << 24), "ordered": lambda v: type(v) is bool, "provenance": is_provenance,
               "metadata": lambda v: type(v) in (dict, type(None))}
SEQUENCE_KEYS = {"roles": are_roles, "offset": whole}

class Member:
    """A member's header, its totals so far, and its frame before the next."""
    def __init__(self, header):
        sequences = header.get("kind") == "sequences"
        for key, is_good in (HEADER_KEYS | SEQUENCE_KEYS if sequences else HEADER_KEYS).items():
            demand(is_good(header.get(key)), f"this reader does not know the header's {key} {header.get(key)!r}")
        self.header, self.totals, self.before = header, np.zeros(5, np.uint64), None
        self.slots = sum(role["count"] for role in header["roles"]) if sequences else 0

    def take(self, fields, body):
        """The frame in a body, checked against the frame before, and counted."""
        frame, before, n = unpack(fields, body, self.header["dim"], self.slots), self.before, FIELDS.unpack(fields)[2]
        demand(n <= min(len(frame.chunks), len(before.chunks) if before else 0), "more rows repeated than there are")
        for part in ("vectors", "articles", "chunks", "steps") if n else ():
            demand(getattr(frame, part)[:n].tobytes() == getattr(before, part)[-n:].tobytes(),
                   f"repeated rows differ from the frame before in their {part}")
        self.totals += totals_of(frame)
        self.before = frame
        return replace(frame)           # another object, whose fields the caller may set

class Reader:
    """Iterates over the frames of all members of `file`, a buffered binary file; raises StreamError at the first fault.

    `header` is the first member's; `totals`, `counts` and `provenance` are the whole stream's, after its last frame."""
    def __init__(self, file):
        self.file, self.offset, self.totals, self.counts = file, 0, None, {}
        self._member = self._begin(None)
        self.header, self.provenance = self._member.header, self._member.header["provenance"]

    def __iter__(self):
        member, totals, stages = self._member, np.zeros(5, np.uint64), {}
        while member:
            while (record := self._record())[0] == FRAME:
                yield member.take(*record[1:])
            demand(record[0] == END, "a header stands inside a member")
            end, totals = from_json(record[2]), totals + member.totals
            for key, value in named(member.totals).items():
                demand(end.get(key) == value, f"the end says {key} {end.get(key)!r}, but {value!r} came")
            counts, provenance = end.get("counts", {}), end.get("provenance", member.header["provenance"])
            demand(are_counts(counts) and is_provenance(provenance), "the end's counts or provenance are malformed")
            for name, count in counts.items():
                self.counts[name] = self.counts.get(name, 0) + count
            for stage in provenance:
                stages.setdefault(stage["id"], stage)
            member = self._begin(member)
        self.totals, self.provenance = named(totals), list(stages.values())

    def _begin(self, before):
        """The next member, or None where the stream ends."""
        self._stream, self._next = None, 0
        record = self._record(may_end=before is not None)
        if record is None:
            return None
        demand(record[0] == HEADER, "a member does not begin with a header")
        member = Member(from_json(record[2]))
        for key in ("kind", "dim", "roles", "offset") if before else ():
            old, new = before.header.get(key), member.header.get(key)
            demand(old == new, f"the stream's members differ in {key}: {old!r}, then {new!r}")
        return member

    def _record(self, may_end=False):
        """Tag, fields and body of the next record; raised if it is an ABORT."""
        head, at = self.file.read(64), f"the record at byte {self.offset}"
        if may_end and not head:
            return None
        demand(len(head) == 64, f"the stream is truncated after {self.offset + len(head)} bytes")
        tag, stream, sequence, length, fields, crc = HEAD.unpack(head[:60])
        demand(tag in LIMITS, f"{at} has an unknown tag {tag!r}")
        demand(zlib.crc32(head[:60]) == int.from_bytes(head[60:], "little"), f"{at} has a wrong CRC of its head")
        major, rest = int.from_bytes(fields[:2], "little"), fields[4:] if tag == HEADER else fields
        demand(tag != HEADER or major == 1, f"the stream is of major version {major}, this reader knows version 1")
        demand(self._stream in (None, stream), f"{at} has another stream id: several writers may have shared a pipe")
        demand(sequence == self._next, f"{at} has sequence number {sequence} where {self._next} is due")
        demand(length <= LIMITS[tag], f"{at} has a body of {length} bytes, which is too long")
        demand(length % 64 == 0, f"{at} has a body of {length} bytes, not a multiple of 64")
        demand(tag == FRAME or not any(rest), f"{at} has fields that are not zero")
        body = self.file.read(length)
        demand(len(body) == length, f"the stream is truncated after {self.offset + 64 + len(body)} bytes")
        demand(zlib.crc32(body) == crc, f"{at} has a wrong CRC of its body")
        self.offset, self._stream, self._next = self.offset + 64 + length, stream, sequence + 1
        if tag == ABORT:
            values = [from_json(body).get(key) for key in ("tool", "status", "reason")]
            demand([type(value) for value in values] == [str, int, str], f"{at} is a malformed abort: {values}")
            raise UpstreamFailure(*values)
        return tag, fields, body

class Writer:
    """Writes one member to `file`: the header at once; without a header, it can only `abort`."""
    def __init__(self, file, header=None):
        self.file, self._next, self._stream = file, 0, 0
        if header is not None:
            self.member = Member({"ordered": False, "provenance": [], **header})
            body = to_json(self.member.header)
            self._stream = int(mix(np.array([zlib.crc32(body)], np.uint64))[0])
            self._record(HEADER, body, struct.pack("<HH", 1, 0))

    def write(self, frame):
        fields, body = pack(frame, self.member.slots)
        self.member.take(fields, body)          # what it writes has passed a reader's checks
        self._record(FRAME, body, fields)

    def end(self, counts=None, provenance=None):
        end = named(self.member.totals) | ({"counts": counts} if counts else {})
        changed = provenance is not None and provenance != self.member.header["provenance"]
        self._record(END, to_json(end | ({"provenance": provenance} if changed else {})))

    def abort(self, tool, status, reason):
        self._record(ABORT, to_json({"tool": tool, "status": status, "reason": " ".join(reason.split())}))

    def _record(self, tag, body, fields=b""):
        demand(len(body) <= LIMITS[tag], f"a body of {len(body)} bytes is too long")
        head = HEAD.pack(tag, self._stream, self._next, len(body), fields, zlib.crc32(body))
        self.file.write(head + struct.pack("<I", zlib.crc32(head)) + body)
        self.file.flush()
        self._next += 1

def main():
    parser = argparse.ArgumentParser(description="Checks, describes or filters the vector stream on standard input.")
    parser.add_argument("command", choices=("check", "info", "negate", "copy"))
    command, writer = parser.parse_args().command, None
    try:
        reader = Reader(sys.stdin.buffer)
        if command in ("negate", "copy"):
            writer = Writer(sys.stdout.buffer, reader.header)
        for frame in reader:
            if command == "negate":
                frame.vectors = -frame.vectors
            if writer:
                writer.write(frame)
        if writer:
            writer.end(reader.counts, reader.provenance)
        if command == "info":
            print(json.dumps({"header": reader.header, "totals": reader.totals}, ensure_ascii=False, indent=2))
    except StreamError as error:
        print(f"vector_stream: {error}", file=sys.stderr)
        if command in ("negate", "copy"):
            writer = writer or Writer(sys.stdout.buffer)
            writer.abort(error.tool, error.status, getattr(error, "reason", str(error)))
        sys.exit(65)

if __name__ == "__main__":
    main()
