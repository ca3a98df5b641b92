import Failures
import JSON
import Streams
import TestSupport
import Testing
import Vectors

/// What is written is what was read.
@Suite struct RoundTripTests {
  @Test(arguments: GoldenTests.good) func readingAndWritingChangesNothing(_ name: String) throws {
    let before = try contents(Tools.golden(name))
    let bytes = try streamBytes(before.header, before.frames, counts: before.counts, provenance: before.provenance)
    for transport in Transport.allCases {
      let after = try contents(bytes, through: transport)
      #expect(after.header == before.header)
      #expect(after.frames == before.frames)
      #expect(after.totals == before.totals)
      #expect(after.counts == before.counts)
      #expect(after.provenance.entries == before.provenance.entries)
      #expect(after.isOrdered == before.isOrdered)
      let again = try streamBytes(after.header, after.frames, counts: after.counts, provenance: after.provenance)
      #expect(again == bytes)
    }
  }

  @Test(arguments: [1, 2, 3, 15, 16, 17, 33, 384]) func everyDim(_ dim: Int) throws {
    let rows = Frame.random([(0, [0, 1, 2]), (9, [5]), (.max, [0, .max])], dim: dim)
    let stream = try chunkStream([rows])
    #expect(stream.count % 64 == 0)
    for transport in Transport.allCases { #expect(try contents(stream, through: transport).frames == [rows]) }
  }

  @Test func vectorsPassToTheLastBit() throws {
    var frame = Frame(dim: 6)
    frame.append(
      Key(article: 1, chunk: 0),
      [-0.0, .leastNonzeroMagnitude, -.greatestFiniteMagnitude, .leastNormalMagnitude, 1, .pi])
    let found = try contents(chunkStream([frame])).frames[0]
    #expect(found.vectors.map(\.bitPattern) == frame.vectors.map(\.bitPattern))
  }

  @Test func digestsDoNotDependOnOrderOrFrames() throws {
    let rows = Frame.random([(1, Array(0..<5)), (2, Array(0..<4))], dim: 5)
    let whole = try contents(chunkStream([rows])).totals
    let shuffled = [3, 8, 0, 1, 7, 2, 6, 5, 4].map { rows.rows($0..<$0 + 1) }
    let other = try contents(chunkStream(shuffled, ordered: false)).totals
    #expect(other.rowDigest == whole.rowDigest)
    #expect(other.frames == 9)
    let parts = try rows.cut(before: [4]).map { try contents(chunkStream([$0])).totals }
    #expect(parts[0].rowDigest &+ parts[1].rowDigest == whole.rowDigest)
    var changed = rows
    changed.vectors[7] = changed.vectors[7].nextUp
    #expect(try contents(chunkStream([changed])).totals.rowDigest != whole.rowDigest)
    changed = rows
    changed.keys[8].chunk += 1
    #expect(try contents(chunkStream([changed])).totals.rowDigest != whole.rowDigest)
  }

  @Test func digestsOfWindowsFollowTheSpecification() throws {
    var frame = Frame.random([(5, [2, 3])], dim: 2)
    frame.slots = 2
    frame.indices = [0, 1]
    frame.weights = [0.25]
    let roles = Roles(context: 1)
    let header = StreamHeader(kind: .windows, dim: 2, ordered: true, roles: roles)
    let totals = try contents(streamBytes(header, [frame])).totals
    // docs/stream-format.md, "The end's JSON", with a CRC-32 bit by bit.
    func crc32(_ bytes: [UInt8]) -> UInt32 {
      ~bytes.reduce(UInt32.max) { crc, byte in
        (0..<8).reduce(crc ^ UInt32(byte)) { value, _ in value & 1 == 1 ? (value >> 1) ^ 0xEDB8_8320 : value >> 1 }
      }
    }
    let digests = (0..<2).map { row in
      let bytes = frame.vector(row).flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian, Array.init) }
      return mixed(mixed(mixed(5) ^ UInt64(frame.keys[row].chunk)) ^ UInt64(crc32(bytes)))
    }
    #expect(totals.rowDigest == digests[0] &+ digests[1])
    #expect(totals.windowDigest == mixed(mixed(mixed(UInt64(Float(0.25).bitPattern)) ^ digests[0]) ^ digests[1]))
  }

  @Test func theWriterRefusesWhatIsNotFinite() throws {
    for value in [Float.nan, .infinity, -.infinity] {
      for index in [0, 20, 39] {
        var frame = Frame.random([(3, [0, 4])], dim: 20)
        frame.vectors[index] = value
        #expect(throws: Failure.self) { try chunkStream([frame]) }
      }
    }
  }

  @Test func theWriterRefusesAFrameBeyondTheBound() throws {
    var frame = Frame(dim: 1 << 23)
    frame.append(Key(article: 1, chunk: 0), [Float](repeating: 1, count: frame.dim))
    frame.append(Key(article: 1, chunk: 1), [Float](repeating: 1, count: frame.dim))
    #expect(throws: Failure.self) { try chunkStream([frame]) }
  }

  @Test func repeatedRowsAreNoNewRows() throws {
    let rows = Frame.random([(1, Array(0..<7))], dim: 3)
    let header = StreamHeader(kind: .windows, dim: 3, ordered: true, roles: Roles(context: 2))
    func frame(_ range: Range<Int>, repeated: Int, _ indices: [UInt32]) -> Frame {
      var frame = rows.rows(range)
      (frame.repeated, frame.slots, frame.indices) = (repeated, 3, indices)
      return frame
    }
    let once = try contents(streamBytes(header, [frame(0..<7, repeated: 0, [0, 1, 2, 2, 3, 4, 4, 5, 6])])).totals
    // The middle one holds no new row, the last one repeats a whole frame.
    let cut = [
      frame(0..<4, repeated: 0, [0, 1, 2]), frame(2..<4, repeated: 2, []), frame(2..<5, repeated: 2, [0, 1, 2]),
      frame(2..<7, repeated: 3, [2, 3, 4]),
    ]
    let found = try contents(streamBytes(header, cut))
    #expect(found.totals.rows == 7)
    #expect(found.totals.rowDigest == once.rowDigest)
    #expect(found.totals.windowDigest == once.windowDigest)
    #expect(found.frames.map(\.repeated) == [0, 2, 3])
  }
}
