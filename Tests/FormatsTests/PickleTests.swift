import Failures
import Formats
import Testing

@Suite struct PickleTests {
  @Test(arguments: 0...5)
  func readsMetadataOfEveryProtocol(_ version: Int) throws {
    try check(NumPyFile(path: fixture("objects_\(version).npy")).objects(""))
  }

  @Test func readsDeflatedMetadata() throws {
    try check(NumPyFile(path: fixture("metadata.npz")).objects("metadata"))
  }

  private func check(_ value: PickledValue) throws {
    guard case .array(let shape, let entries) = value else {
      Issue.record("expected an array")
      return
    }
    #expect(shape == [3])
    for (i, entry) in entries.enumerated() {
      #expect(entry["article_index"]?.integer == Int64(10 + i))
      #expect(entry["target_chunk_index"] == .integer(Int64(i)))
      #expect(entry["numpy_integer"] == .integer(Int64(-i)))
      #expect(entry["numpy_float"] == .float(Double(i) / 2))
      #expect(entry["flag"] == .bool(i % 2 == 0))
      #expect(entry["title"]?.string == "Zürich \(i)")
      #expect(entry["nothing"] == .null)
      #expect(entry["score"] == .float(Double(i) * 1.5))
      #expect(entry["large"] == .integer(1 << 40 + Int64(i)))
      let inner = PickledValue.tuple([.integer(3), .string("four")])
      #expect(entry["list"] == .list([.integer(1), .list([.integer(2), inner])]))
      #expect(entry["raw"] == .bytes([0, 255]))
      #expect(entry["vector"] == .array(shape: [2], [.float(1), .float(2)]))
      #expect(entry["text"] == .string("numpy"))
      #expect(entry["big"] == .array(shape: [1, 2], [.integer(1), .integer(2)]))
      #expect(entry["boolean"] == .bool(true))
      #expect(entry["absent"] == nil)
    }
  }

  @Test(arguments: [
    ("system", "the pickle names posix.system:"), ("system_text", "the pickle names os.system:"),
    ("instance", "the pickle names os.system:"), ("ordered", "the pickle names collections.OrderedDict:"),
    ("cycle", "a container of the pickle contains itself"), ("deep", "the pickle nests deeper than"),
    ("laughs", "the pickle"), ("length", "expected 4611686018427387904 more bytes"),
    ("memo", "the pickle's memo grows"),
    ("huge", "a whole number of the pickle does not fit 64 bits"),
  ])
  func refusesHostilePickles(_ name: String, _ problem: String) throws {
    let file = try NumPyFile(path: fixture("hostile_\(name).npy"))
    let thrown = try failure { try file.objects("") }
    #expect(thrown.status == .badData)
    #expect(thrown.problem.hasPrefix(problem), "\(thrown)")
  }

  @Test func readsSetsAsLists() throws {
    let value = try NumPyFile(path: fixture("hostile_set.npy")).objects("")
    #expect(value.elements?.first == .list([.integer(1)]))
  }

  /// Without a checksum over it, a pickle with any byte changed or cut off is another pickle; none may end the process.
  @Test(arguments: [0, 2, 4])
  func survivesDamage(_ version: Int) throws {
    let bytes = try fixtureBytes("objects_\(version).npy")
    var (refused, tried) = (0, 0)
    for index in stride(from: 0, to: bytes.count, by: version == 4 ? 1 : 3) {
      tried += 1
      var damaged = bytes
      damaged[index] ^= 0xFF
      do { _ = try opened(damaged).objects("") } catch { refused += 1 }
      do { _ = try opened(Array(bytes[..<index])).objects("") } catch { refused += 1 }
    }
    #expect(refused > tried)
  }
}
