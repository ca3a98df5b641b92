/// A walk through part of a mapping, from front to back: pages are fetched in steps ahead of it and given back behind
/// it, so that resident memory stays small whatever the file's size.
public struct MappedWalk {
  private let mapping: Mapping
  private let end: Int
  /// Where the next byte lies in the mapping.
  private var next: Int
  private var start: Int
  private var populated: Int
  private var released: Int

  /// How much is made resident, or let go, by one call.
  private static let stride = 4 << 20

  /// - Parameter range: within the mapping's bytes.
  public init(_ mapping: Mapping, _ range: Range<Int>) {
    self.mapping = mapping
    (start, next, populated, released) = (range.lowerBound, range.lowerBound, range.lowerBound, range.lowerBound)
    end = range.upperBound
  }

  /// Bytes ahead.
  public var remaining: Int { end - next }

  /// Up to `count` bytes ahead, without a step.
  public func peek(_ count: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: mapping.bytes[next..<next + min(count, remaining)])
  }

  /// Steps over up to `count` bytes and gives them: good until the next step.
  public mutating func take(_ count: Int) -> UnsafeRawBufferPointer {
    if next - released >= Self.stride {
      mapping.release(released..<next)
      released = next
    }
    let taken = peek(count)
    next += taken.count
    // Whoever reads only a header shall not pay for megabytes.
    if next > populated, next - start > Mapping.pageSize {
      let target = min(max(populated + Self.stride, next), end)
      mapping.populate(populated..<target)
      mapping.prefetch(target..<min(target + 2 * Self.stride, end))
      populated = target
    }
    return taken
  }

  /// Lets go of what is still resident.
  public func finish() {
    mapping.release(released..<end)
  }
}
