import Checksums
import Failures

extension FloatRows {
  /// Makes every row readable at once. Verifies the member's CRC-32 in one pass first; a deflated member is inflated
  /// into a private temporary file.
  public func makeRandomAccess() throws {
    try located { _ = try makeRegion() }
  }

  /// Copies a row, (dim), after `makeRandomAccess`. False where a value is infinite or not a number.
  @discardableResult
  public func copyRow(_ row: Int, into floats: UnsafeMutablePointer<Float>) -> Bool {
    guard let region else { preconditionFailure("rows are copied after makeRandomAccess") }
    precondition(row >= 0 && row < rows, "row \(row) of \(rows)")
    if isFortranOrder {
      let gather = FortranOrder(outer: outer, dim: dim)
      for column in 0..<dim {
        type.convert(region.touch(gather.entry(row, column) * type.size, 1), count: 1, to: floats + column)
      }
    } else {
      let width = dim * type.size
      type.convert(region.touch(row * width, width), count: dim, to: floats)
    }
    return RowChecks.isFinite(UnsafeRawBufferPointer(UnsafeBufferPointer(start: floats, count: dim)))
  }

  func makeRegion() throws -> MemberRegion {
    if let region { return region }
    let made = try MemberRegion(member, in: mapping, skippingHeader: true)
    region = made
    return made
  }
}
