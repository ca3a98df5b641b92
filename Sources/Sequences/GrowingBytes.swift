internal import Failures
internal import Glibc

/// Bytes that grow by realloc(3), which moves the pages of a large buffer instead of copying them: no second copy is
/// resident while they grow, as an array's is.
final class GrowingBytes {
  private(set) var count = 0
  private var start: UnsafeMutableRawPointer?
  private var capacity = 0

  deinit { free(start) }

  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: count) }
  var mutableBytes: UnsafeMutableRawBufferPointer { UnsafeMutableRawBufferPointer(start: start, count: count) }

  /// - Throws: `.outOfResources` where the system has no memory.
  func append(_ more: UnsafeRawBufferPointer) throws {
    guard !more.isEmpty else { return }
    try grow(by: more.count).copyMemory(from: more)
  }

  /// Adds `more` bytes and gives them, to be filled.
  func grow(by more: Int) throws -> UnsafeMutableRawBufferPointer {
    let (needed, overflow) = count.addingReportingOverflow(more)
    if overflow || needed > capacity { try reserve(overflow ? Int.max : needed) }
    let index = count
    count = needed
    return UnsafeMutableRawBufferPointer(rebasing: mutableBytes[index...])
  }

  private func reserve(_ needed: Int) throws {
    let wanted = max(needed, capacity < Int.max / 2 ? 2 * capacity : needed, 4096)
    guard let moved = realloc(start, wanted) else {
      throw Failure(
        .outOfResources, "no memory for \(needed) bytes", hint: "give less with --memory, or split the stream")
    }
    (start, capacity) = (moved, wanted)
  }

  /// Drops the last bytes beyond `count`.
  func truncate(to count: Int) {
    precondition(count <= self.count, "bytes that are there")
    self.count = count
  }

  /// Drops all bytes and gives their memory back.
  func removeAll() {
    free(start)
    (start, capacity, count) = (nil, 0, 0)
  }
}
