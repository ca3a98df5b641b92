/// A walk through part of a mapping, from front to back. Pages are fetched in steps ahead of it and released behind it,
/// so that resident memory stays small whatever the file's size.
public struct MappedWalk {
  private let mapping: Mapping
  private let end: Int
  /// The index of the next byte in the mapping.
  private var next: Int
  private var start: Int
  private var populated: Int
  private var released: Int

  /// How many bytes one call makes resident or releases.
  private static let stride = 4 << 20

  /// Starts a walk. Nothing is fetched yet.
  ///
  /// - Parameter range: within the mapping's bytes.
  public init(_ mapping: Mapping, _ range: Range<Int>) {
    self.mapping = mapping
    (start, next, populated, released) = (range.lowerBound, range.lowerBound, range.lowerBound, range.lowerBound)
    end = range.upperBound
  }

  /// How many bytes lie ahead.
  public var remaining: Int { end - next }

  /// The next `count` bytes, fewer at the end, without a step.
  public func peek(_ count: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: mapping.bytes[next..<next + min(count, remaining)])
  }

  /// Steps over the next `count` bytes, fewer at the end, and returns them: valid until the next step.
  public mutating func take(_ count: Int) -> UnsafeRawBufferPointer {
    if next - released >= Self.stride {
      mapping.release(released..<next)
      released = next
    }
    let taken = peek(count)
    next += taken.count
    // Whoever reads only a header should not pay for megabytes.
    if next > populated, next - start > Mapping.pageSize {
      let target = min(max(populated + Self.stride, next), end)
      mapping.populate(populated..<target)
      mapping.prefetch(target..<min(target + 2 * Self.stride, end))
      populated = target
    }
    return taken
  }

  /// Releases what is still resident.
  public func finish() {
    mapping.release(released..<end)
  }
}
