import Failures
import JSON
import Streams
import TestSupport
import Testing
import Vectors

/// `cat a.nvs b.nvs` is a stream.
@Suite struct ConcatenationTests {
  private static func chunks(_ articles: [(UInt64, [UInt32])], dim: Int = 4, ordered: Bool = true) throws -> [UInt8] {
    try chunkStream([Frame.random(articles, dim: dim)], ordered: ordered)
  }

  @Test(arguments: Transport.allCases) func totalsAddUp(_ transport: Transport) throws {
    let one = try Self.chunks([(1, [0, 1]), (2, [0])])
    let two = try Self.chunks([(3, [0, 1, 2])])
    let found = try contents(one + two + one, through: transport)
    let first = try contents(one).totals
    let second = try contents(two).totals
    #expect(found.totals == first + second + first)
    #expect(found.members == 3)
    #expect(!found.isOrdered)
    #expect(try contents(one + two).isOrdered)
  }

  @Test func orderBreaksAtMembersOnly() throws {
    let late = try Self.chunks([(5, [0, 1])])
    let early = try Self.chunks([(1, [0])])
    #expect(try contents(early + late).isOrdered)
    #expect(try !contents(late + early).isOrdered)
    #expect(try !contents(late + late).isOrdered)
    let free = try Self.chunks([(7, [0]), (6, [0])], ordered: false)
    #expect(try !contents(early + free).isOrdered)
    #expect(try contents(early + free).members == 2)
  }

  @Test func aWriterBeginsAMemberWhereOrderBreaks() throws {
    let rows = Frame.random([(4, [0, 1]), (2, [0, 1, 2]), (3, [0])], dim: 4)
    let bytes = try chunkStream(rows.cut(before: [2, 5]))
    let found = try contents(bytes)
    #expect(found.members == 2)
    #expect(found.totals.rows == 6)
    #expect(!found.isOrdered)
    #expect(found.keys == rows.keys)
  }

  @Test func aMemberSaysWhereRowsComeInNoOrder() throws {
    let rows = Frame.random([(4, [0, 1]), (2, [0, 1, 2]), (3, [0])], dim: 4)
    let found = try contents(chunkStream([rows.rows(0..<1), rows.rows(1..<6)]))
    #expect(found.members == 2)
    #expect(found.keys == rows.keys)
    #expect(found.totals.rowDigest == (try contents(chunkStream([rows], ordered: false)).totals.rowDigest))
    #expect(!found.isOrdered)
  }

  /// An end that says `continues` is not the last one, and the same writer goes on.
  @Test func aMemberAnnouncesTheNext() throws {
    let rows = Frame.random([(4, [0, 1]), (2, [0, 1, 2])], dim: 4)
    let records = Record.split(try chunkStream(rows.cut(before: [2])))
    #expect(records.count == 6)
    #expect(records[2].json["continues"] == true)
    #expect(refusal(of: records.stream) == nil)
    for transport in Transport.allCases {
      #expect(
        refusal(of: Array(records.prefix(3)).stream, through: transport)?.description.contains("truncated") == true)
    }
    let header = StreamHeader(kind: .chunks, dim: 4, ordered: true, metadata: ["a:b": 1])
    let other = try streamBytes(header, [Frame.random([(9, [0])], dim: 4)])
    #expect(refusal(of: Array(records.prefix(3)).stream + other)?.description.contains("another stream") == true)
    #expect(refusal(of: records.stream + other) == nil)
    let abort = try Tools.golden("abort-alone-v1.nvs")
    #expect(refusal(of: Array(records.prefix(3)).stream + abort)?.origin?.tool == "npz-read")
  }

  /// Rows that a frame repeats stay repeated, or the digests would count them twice.
  @Test func anUnorderedMemberWithRepeatedRowsAfterAnOrderedOne() throws {
    let roles = Roles(context: 1)
    func stream(_ frames: [Frame], ordered: Bool) throws -> [UInt8] {
      try streamBytes(StreamHeader(kind: .windows, dim: 4, ordered: ordered, roles: roles), frames)
    }
    func frame(_ rows: Frame, repeated: Int) -> Frame {
      var frame = rows
      (frame.repeated, frame.slots, frame.indices) = (repeated, 2, [0, 1])
      return frame
    }
    let one = frame(Frame.random([(1, [0, 1])], dim: 4), repeated: 0)
    let rows = Frame.random([(7, [0, 1, 2]), (5, [0, 1])], dim: 4)
    // The second frame repeats a row; the order breaks after it.
    let two = [frame(rows.rows(0..<2), repeated: 0), frame(rows.rows(1..<5), repeated: 1)]
    let joined = try contents(stream([one], ordered: true) + stream(two, ordered: false))
    #expect(joined.totals.rows == 7)
    let again = try contents(streamBytes(joined.header, joined.frames, ordered: 1))
    #expect(again.totals.rows == joined.totals.rows)
    #expect(again.totals.rowDigest == joined.totals.rowDigest)
    #expect(again.totals.windowDigest == joined.totals.windowDigest)
  }

  @Test func membersThatDoNotGoTogether() throws {
    let four = try Self.chunks([(1, [0])])
    let three = try Self.chunks([(2, [0])], dim: 3)
    let failure = try #require(refusal(of: four + three))
    #expect(failure.description.contains("dim 4 and dim 3"), "\(failure)")
    #expect(failure.description.contains("member 2"), "\(failure)")
    let other = try streamBytes(StreamHeader(kind: .predictions, dim: 4, ordered: true), [])
    #expect(refusal(of: four + other)?.description.contains("chunks and predictions") == true)
    func sequences(_ context: Int, _ offset: Int) throws -> [UInt8] {
      try streamBytes(
        StreamHeader(kind: .windows, dim: 4, ordered: true, roles: Roles(context: context), offset: offset), [])
    }
    #expect(refusal(of: try sequences(3, 1) + sequences(3, 1)) == nil)
    #expect(refusal(of: try sequences(3, 1) + sequences(2, 1))?.description.contains("context × 3") == true)
    #expect(refusal(of: try sequences(3, 1) + sequences(3, 2))?.description.contains("offset 1 and 2") == true)
  }

  @Test func aTruncatedOrAbortedMemberEndsAll() throws {
    let whole = try Tools.golden("chunks-v1.nvs")
    #expect(refusal(of: Array(whole.dropLast()) + whole)?.status == .badData)
    let endless = Record.split(whole).dropLast().flatMap(\.bytes)
    #expect(refusal(of: endless + whole)?.description.contains("second header") == true)
    let aborted = try #require(refusal(of: whole + Tools.golden("abort-alone-v1.nvs")))
    #expect(aborted.origin?.tool == "npz-read")
    #expect(refusal(of: try Tools.golden("abort-v1.nvs") + whole)?.origin?.tool == "npz-read")
  }

  @Test func countsAddUp() throws {
    let header = StreamHeader(kind: .chunks, dim: 2, ordered: true)
    let one = try streamBytes(header, [], counts: ["a:x": 2, "a:y": 1])
    let two = try streamBytes(header, [], counts: ["a:x": 40])
    #expect(try contents(one + two + one).counts == ["a:x": 44, "a:y": 2])
  }
}
