import Failures
import Glibc
import Streams
import TestSupport
import Testing

/// Whatever is lost, changed or moved on the way is noticed.
@Suite struct DamageTests {
  static let names = ["chunks-v1.nvs", "sequences-v1.nvs"]

  @Test(arguments: names) func everyPrefixIsRefused(_ name: String) throws {
    let stream = try Tools.golden(name)
    let folder = try Folder()
    let descriptor = open(try folder.write(stream, to: "stream"), O_RDWR | O_CLOEXEC)
    defer { close(descriptor) }
    var accepted: [Int] = []
    for length in (0..<stream.count).reversed() {
      ftruncate(descriptor, length)
      lseek(descriptor, 0, SEEK_SET)
      let mapped = #expect(throws: Failure.self) { try contents(descriptor) }
      let piped = refusal(of: Array(stream[..<length]), through: .pipe)
      for failure in [mapped, piped] where failure?.status != .badData || failure?.places.first != "stream" {
        accepted.append(length)
      }
    }
    #expect(accepted == [])
  }

  @Test(arguments: names) func everyFlippedBitIsRefused(_ name: String) throws {
    let stream = try Tools.golden(name)
    let folder = try Folder()
    let descriptor = open(try folder.write(stream, to: "stream"), O_RDWR | O_CLOEXEC)
    defer { close(descriptor) }
    func put(_ byte: UInt8, at place: Int) {
      var byte = byte
      #expect(pwrite(descriptor, &byte, 1, place) == 1)
    }
    _ = try contents(descriptor)
    var accepted: [Int] = []
    for bit in 0..<8 * stream.count {
      put(stream[bit / 8] ^ (1 << UInt8(bit % 8)), at: bit / 8)
      lseek(descriptor, 0, SEEK_SET)
      do {
        _ = try contents(descriptor)
        accepted.append(bit)
      } catch let failure as Failure {
        if failure.status != .badData { accepted.append(bit) }
      }
      put(stream[bit / 8], at: bit / 8)
    }
    #expect(accepted == [])
  }

  @Test(arguments: names) func bytesAfterTheEndAreRefused(_ name: String) throws {
    let stream = try Tools.golden(name)
    for count in [1, 63, 64, 65] {
      let failure = try #require(refusal(of: stream + [UInt8](repeating: 10, count: count)))
      #expect(failure.status == .badData)
    }
  }

  @Test(arguments: names) func aLostRepeatedOrMovedRecordIsRefused(_ name: String) throws {
    let records = Record.split(try Tools.golden(name)).map(\.bytes)
    #expect(records.count == 4)
    #expect(refusal(of: Array(records.joined())) == nil)
    for place in records.indices {
      var lost = records
      lost.remove(at: place)
      #expect(refusal(of: Array(lost.joined()))?.status == .badData, "record \(place) lost")
      var doubled = records
      doubled.insert(records[place], at: place)
      #expect(refusal(of: Array(doubled.joined()))?.status == .badData, "record \(place) twice")
      for other in place + 1..<records.count {
        var swapped = records
        swapped.swapAt(place, other)
        #expect(refusal(of: Array(swapped.joined()))?.status == .badData, "records \(place) and \(other) swapped")
      }
    }
  }

  @Test func twoWritersOnOnePipeAreNoticed() throws {
    let one = Record.split(try Tools.golden("chunks-v1.nvs")).map(\.bytes)
    let other = Record.split(try Tools.golden("unknown-keys-v1.nvs")).map(\.bytes)
    for taken in 1..<one.count {
      // One writer's records stop, the other's begin, and the first goes on.
      let mixed = one[..<taken] + other + one[taken...]
      #expect(refusal(of: Array(mixed.joined()))?.status == .badData, "after \(taken) records")
      // The other's record stands in the place of the first's.
      var replaced = one
      replaced[taken] = other[taken]
      #expect(refusal(of: Array(replaced.joined()))?.status == .badData, "record \(taken) is another writer's")
    }
    let identical = zip(one, one).flatMap { [$0, $1] }
    #expect(refusal(of: Array(identical.joined()))?.status == .badData)
  }

  @Test(arguments: Transport.allCases) func aBodyThatDoesNotComeIsNotWaitedFor(_ transport: Transport) throws {
    var records = Record.split(try Tools.golden("chunks-v1.nvs"))
    records[1].claimedLength = 64 << 20
    let failure = try #require(refusal(of: [records[0], records[1]].stream, through: transport))
    #expect(failure.status == .badData)
    #expect(failure.description.contains("truncated"))
  }

  @Test(arguments: [
    (0, UInt64(1 << 20) + 64), (1, UInt64(64 << 20) + 64), (1, 63), (3, UInt64.max), (3, UInt64(64 << 20) + 64),
  ])
  func aBodyBeyondItsBoundIsRefusedByItsHead(_ place: Int, _ length: UInt64) throws {
    var records = Record.split(try Tools.golden("chunks-v1.nvs"))
    records[place].claimedLength = length
    let failure = try #require(refusal(of: records.stream, through: .pipe))
    #expect(failure.status == .badData)
    #expect(failure.description.contains("states a body of \(length) bytes"), "\(failure)")
  }
}
