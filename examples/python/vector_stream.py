"""Reads and writes vector streams (.nvs) with Python and NumPy alone. The format: docs/stream-format.md."""
import hashlib, json, operator, struct, zlib
from collections import Counter
from dataclasses import dataclass, replace
import numpy as np

HEADER, FRAME, END, ABORT = b"\x93NVS\r\n\x1a\n", b"NVSFRAME", b"NVSEND\0\0", b"NVSABORT"
NAMES = b"NVSNAMES"
LIMITS = {HEADER: 1 << 20, FRAME: 64 << 20, NAMES: 1 << 20, END: 64 << 20, ABORT: 1 << 20}  # bytes of body
HEAD = struct.Struct("<8sQQQ24sI")  # tag, stream id, sequence number, length, fields, body's CRC; its own
FIELDS = struct.Struct("<6I")       # of a frame: rows, windows, repeated rows, flags, dim, slots
PARTS = ("vectors", "articles", "chunks", "steps", "indices", "weights")
TOTALS = ("frames", "rows", "windows", "row_digest", "window_digest")

class StreamError(Exception):
    """What is wrong with a stream, in one line; `upstream` is the tool, status and reason of an ABORT."""
    def __init__(self, complaint, upstream=None):
        super().__init__(" ".join(complaint.split()))
        self.upstream = upstream

    def origin(self, tool):
        return self.upstream or (tool, 65, str(self))

def demand(truth, complaint):
    if not truth:
        raise StreamError(complaint)

@dataclass
class Frame:
    vectors: np.ndarray             # (R, D) float32: R rows of dimension D
    articles: np.ndarray            # (R) uint64
    chunks: np.ndarray              # (R) uint32
    steps: np.ndarray               # (R) uint32
    indices: np.ndarray = ()        # (W, S) uint32, rows of this frame: W windows of S slots
    weights: np.ndarray = ()        # (W) float32, or empty where each is 1
    repeated: int = 0               # so many rows at the beginning are the last ones of the frame before

def layout(rows, windows, repeated, flags, dim, slots):     # of a frame's body, as a type of NumPy
    shapes = (rows, dim), (rows,), (rows,), (rows,), (windows, slots), (windows * flags,)
    vectors, *others = zip(PARTS, ("<f4", "<u8", "<u4", "<u4", "<u4", "<f4"), shapes)
    gap, rest = -4 * rows * dim % 64, -4 * (4 * rows + windows * (slots + flags)) % 64
    return np.dtype([vectors, ("gap", "u1", (gap,)), *others, ("rest", "u1", (rest,))])

def to_json(value):
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
    return (body := text.encode(errors="replace")) + b" " * (-len(body) % 64)

def mix(x):                         # the finalizer of splitmix64; arrays of uint64 compute modulo 2^64
    z = x + 0x9E3779B97F4A7C15
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB
    return z ^ (z >> 31)

def article_number(name):
    """The number of an article that has a name: a plain decimal number below 2^63 itself, else a hash from 2^63 on."""
    if name.isascii() and name.isdigit() and str(int(name)) == name and int(name) < 1 << 63:
        return int(name)
    text = name.encode()
    state = mix(np.uint64([len(text)]))
    for word in np.frombuffer(text + b"\0" * (-len(text) % 8), "<u8"):
        state = mix(state ^ word)
    return int(state[0]) | 1 << 63

def named(totals):
    return dict(zip(TOTALS, totals.tolist()[:3] + [f"{digest:016x}" for digest in totals.tolist()[3:]]))

class Member:
    """A member so far: its header, totals, last frame and last key; and what a stream's members share."""
    def __init__(self, header):
        # Early streams call windows "sequences".
        kind, dim = {"sequences": "windows"}.get(header["kind"], header["kind"]), header["dim"]
        windows = kind == "windows"
        roles = [(role["name"], role["count"]) for role in header["roles"]] if windows else []
        offset = header["offset"] if windows else 1
        numbers = [dim, offset, *(count for _, count in roles)]
        demand(not header.get("requires"), f"the stream requires {header.get('requires')}, unknown here")
        demand(kind in ("chunks", "predictions") or windows and roles[0][0] == "context"
               and roles[1] == ("target", 1) and len(dict(roles)) == len(roles), "unknown kind or roles")
        demand(type(header["ordered"]) is bool and all("id" in entry for entry in header["provenance"])
               and all(type(n) is int and n > 0 for n in numbers) and dim <= 16_777_200, "malformed header")
        self.header, self.kind, self.shape = header, kind, [dim, sum(numbers[2:])]
        self.shared = f"{kind} of dim {dim}, roles {roles}, offset {offset}"
        self.totals, self.last, self.key = np.zeros(5, np.uint64), Frame(*[np.zeros(0)] * 4), []

    def take(self, fields, body):
        """The frame in a body, checked and counted; its arrays are views of the body."""
        (rows, windows, n, flags, *shape), before = FIELDS.unpack(fields), self.last
        demand(shape == self.shape, f"a frame has dim and slots {shape}, its header {self.shape}")
        fits = flags <= 1 and 0 < rows * shape[0] <= len(body) and windows <= windows * shape[1] <= len(body)
        demand(fits and len(body) == layout(*FIELDS.unpack(fields)).itemsize,
               f"a frame of {len(body)} bytes can't have {rows} rows, {windows} windows and flags {flags:#x}")
        parts = np.frombuffer(body, layout(*FIELDS.unpack(fields)))[0]
        frame = Frame(*(parts[part] for part in PARTS), repeated=n)
        weights = frame.weights if flags else np.ones(windows, "<f4")
        demand(not parts["gap"].any() and not parts["rest"].any(), "a frame's padding is not zero")
        demand(np.isfinite(frame.vectors).all(), "a vector is not finite")
        demand((frame.indices < rows).all(), "an index is out of range")
        demand(((weights >= 0) & (weights < np.inf)).all(), "a weight is negative or not finite")
        demand(((frame.steps > 0) == (self.kind == "predictions")).all(), "a step is wrong for the kind")
        tail = len(before.articles) - n
        same = [getattr(before, p)[tail:].tobytes() == getattr(frame, p)[:n].tobytes() for p in PARTS[:4]]
        demand(n == 0 or self.kind == "windows" and 0 <= tail and n <= rows and all(same), "repeated rows differ from the frame before")
        keys = self.key + list(zip(frame.articles.tolist(), frame.chunks.tolist(), frame.steps.tolist()))[n:]
        demand(not self.header["ordered"] or all(map(operator.lt, keys, keys[1:])), "not in ascending order")
        crcs = np.fromiter(map(zlib.crc32, frame.vectors), np.uint64, rows)
        digests = mix(mix(mix(frame.articles) ^ (frame.chunks + frame.steps * np.uint64(1 << 32))) ^ crcs)
        hashes = mix(weights.view("<u4").astype(np.uint64))
        for slot in frame.indices.T:
            hashes = mix(hashes ^ digests[slot])
        self.last, self.key = frame, keys[-1:]
        self.totals += np.array([1, rows - n, windows, digests[n:].sum(), hashes.sum()], np.uint64)
        return replace(frame)       # its caller may change the copy

class Reader:
    """Iterates over a stream's frames; then `totals`, `counts` and `header["provenance"]` are complete."""
    def __init__(self, file):
        self.counts, self.names, self._frames = Counter(), {}, self._read(file)     # names: of articles, by number
        next(self._frames)          # as far as the first header

    def __iter__(self):
        return self._frames

    def _read(self, file):
        first, totals, stages = None, 0, {}
        try:
            for tag, fields, body in records(file):
                if tag == FRAME:
                    yield member.take(fields, body)
                elif tag == HEADER:
                    member = Member(body)
                    if not first:
                        first, self.header, self.kind = member, body, member.kind
                        yield
                    demand(member.shared == first.shared, f"members differ: {first.shared}; {member.shared}")
                elif tag == NAMES:
                    demand(body["names"] and all(type(name) is str for name in body["names"]), "names are not text")
                    for number, name in [(article_number(name), name) for name in body["names"]]:
                        demand(number >> 63 and len(name.encode()) <= 4096, f"{name!r} is a number, or too long")
                        demand(self.names.setdefault(number, name) == name, f"{name!r} has the hash of another name")
                elif tag == ABORT:
                    upstream = body["tool"], operator.index(body["status"]), body["reason"]
                    raise StreamError(body["tool"] + " failed: " + body["reason"], upstream)
                else:
                    for key, value in named(member.totals).items():
                        demand(body[key] == value, f"the end says {key} {body[key]!r}, but {value!r} came")
                    totals = totals + member.totals
                    self.counts.update({key: operator.index(n) for key, n in body.get("counts", {}).items()})
                    for entry in body.get("provenance", member.header["provenance"]):
                        stages.setdefault(entry["id"], entry)
                    self.header = {**self.header, "provenance": list(stages.values())}
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
            raise StreamError(f"a body's JSON is malformed: {error!r}") from error
        self.totals = named(totals)

def records(file):
    """Tag, fields and body of each record of a stream, which is sound and next in sequence."""
    at, due = 0, None               # the record's first byte; its stream id and sequence number
    while (head := file.read(64)) or due or not at:
        demand(len(head) == 64, f"the stream is truncated after {at + len(head)} bytes")
        tag, stream, number, length, fields, crc = HEAD.unpack(head[:60])
        demand(tag in LIMITS, f"an unknown tag, {tag!r}, at byte {at}")
        demand(zlib.crc32(head[:60]) == int.from_bytes(head[60:], "little"), f"wrong head CRC, at byte {at}")
        demand(tag != HEADER or fields[:2] == b"\1\0", f"the stream has major version {fields[0]}, not 1")
        demand((stream, number) == (due or (stream, 0)), f"wrong stream id or sequence number, at byte {at}")
        demand(tag == ABORT or (tag == HEADER) == (number == 0), f"a header must begin a member, at byte {at}")
        demand(length <= LIMITS[tag] and length % 64 == 0, f"a body is too long or odd, at byte {at}")
        body = file.read(length)
        demand(len(body) == length and zlib.crc32(body) == crc, f"truncated body, or wrong CRC, at byte {at}")
        body = body if tag == FRAME else json.loads(body.decode(), parse_constant=int)    # no NaN
        yield tag, fields, body
        goes_on = tag != END or body.get("continues") is True
        at, due = at + 64 + length, (stream, 0 if tag == END else number + 1) if goes_on else None

def stage(header, tool, arguments):
    """A copy of a header in whose provenance one more stage follows those that none has followed yet."""
    old = header["provenance"]
    followed = {parent for entry in old for parent in entry.get("parents", [])}
    parents = [entry["id"] for entry in old if entry["id"] not in followed]
    new = {"tool": tool, "version": "1", "arguments": arguments, "parents": parents}
    return {**header, "provenance": [*old, {"id": hashlib.sha256(to_json(new)).hexdigest()[:16], **new}]}

class Writer:
    """Writes members to a file: `begin`, `write` frames, `end`; at any time, `abort`. `names`: of articles, by number, such as
    a Reader's; it may grow."""
    def __init__(self, file, names=None):
        self.file, self.names, self._stream, self._number = file, {} if names is None else names, 0, 0

    def begin(self, header):
        self.member, self._stream = Member(header), int(mix(np.uint64([zlib.crc32(to_json(header))]))[0])
        self._record(HEADER, to_json(header), struct.pack("<HH", 1, 0))
        self._named = set()

    def write(self, frame):
        counts = len(frame.articles), len(frame.indices), frame.repeated, len(frame.weights) > 0
        fields = FIELDS.pack(*counts, *self.member.shape)
        body = np.zeros((), layout(*counts, *self.member.shape))
        for part in PARTS:
            body[part] = np.reshape(getattr(frame, part), body[part].shape)
        self.member.take(fields, body.tobytes())        # rejects what a reader would reject
        new = [article for article in dict.fromkeys(np.ravel(frame.articles).tolist()) if article in self.names]
        new = [article for article in new if article not in self._named]
        for start in range(0, len(new), 40):        # at most 4096 bytes each, six times as many where JSON escapes them
            self._record(NAMES, to_json({"names": [self.names[article] for article in new[start:start + 40]]}))
        self._named.update(new)
        self._record(FRAME, body.tobytes(), fields)

    def end(self, counts=None, provenance=None):
        old, more = self.member.header, {"counts": counts, "provenance": provenance}
        new = {key: value for key, value in more.items() if value and value != old.get(key)}
        self._record(END, to_json(named(self.member.totals) | new))

    def abort(self, tool, status, reason):
        self._record(ABORT, to_json({"tool": tool, "status": status, "reason": " ".join(reason.split())}))

    def _record(self, tag, body, fields=b""):
        demand(len(body) <= LIMITS[tag], f"a body of {len(body)} bytes is too long")
        head = HEAD.pack(tag, self._stream, self._number, len(body), fields, zlib.crc32(body))
        self.file.write(head + struct.pack("<I", zlib.crc32(head)) + body)
        self._number = 0 if tag == END else self._number + 1
