/// Memory at a 64-byte boundary that grows and is reused: where a frame lies while it is worked on.
final class AlignedBuffer {
  private(set) var bytes: UnsafeMutableRawBufferPointer

  init(capacity: Int) {
    bytes = .allocate(byteCount: max(capacity, 64), alignment: 64)
  }

  deinit { bytes.deallocate() }

  /// Makes room for `capacity` bytes, keeping the first `kept`.
  func reserve(_ capacity: Int, keeping kept: Int = 0) {
    guard capacity > bytes.count else { return }
    let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 64)
    larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<kept]))
    bytes.deallocate()
    bytes = larger
  }
}
