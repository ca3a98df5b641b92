internal import Failures
internal import Glibc

/// A view of numbers in rows: it owns nothing, and is good as long as the `Arena` it came from.
///
/// Copying a view is free and allocates nothing, so that layers cut what they need out of larger buffers. A vector is a
/// matrix of one row.
public struct Matrix<Scalar: Real> {
  @usableFromInline let base: UnsafeMutablePointer<Scalar>
  /// Rows, 0 or more.
  public let rows: Int
  /// Entries of a row.
  public let columns: Int
  /// Entries from the start of one row to that of the next.
  public let stride: Int

  @inlinable
  init(base: UnsafeMutablePointer<Scalar>, rows: Int, columns: Int, stride: Int) {
    self.base = base
    self.rows = rows
    self.columns = columns
    self.stride = stride
  }

  /// Entries of all rows.
  public var count: Int { rows * columns }

  /// Some of the rows.
  @inlinable
  public func rows(_ range: Range<Int>) -> Matrix {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows outside the matrix")
    return Matrix(base: base + range.lowerBound * stride, rows: range.count, columns: columns, stride: stride)
  }

  /// The first `count` rows.
  @inlinable
  public func first(_ count: Int) -> Matrix { rows(0..<count) }

  /// Some of the columns.
  @inlinable
  public func columns(_ range: Range<Int>) -> Matrix {
    precondition(range.lowerBound >= 0 && range.upperBound <= columns, "columns outside the matrix")
    return Matrix(base: base + range.lowerBound, rows: rows, columns: range.count, stride: stride)
  }

  /// The same entries, (rows, columns), where they lie without gaps.
  @inlinable
  public func reshaped(rows newRows: Int, columns newColumns: Int) -> Matrix {
    precondition(stride == columns || rows == 1, "gaps between rows")
    precondition(newRows * newColumns == rows * columns, "another number of entries")
    return Matrix(base: base, rows: newRows, columns: newColumns, stride: newColumns)
  }

  /// One entry.
  @inlinable
  public subscript(row: Int, column: Int) -> Scalar {
    get {
      precondition(row >= 0 && row < rows && column >= 0 && column < columns, "an entry outside the matrix")
      return base[row * stride + column]
    }
    nonmutating set {
      precondition(row >= 0 && row < rows && column >= 0 && column < columns, "an entry outside the matrix")
      base[row * stride + column] = newValue
    }
  }

  /// One row's entries, for loops over numbers.
  @inlinable
  public func row(_ row: Int) -> UnsafeMutableBufferPointer<Scalar> {
    precondition(row >= 0 && row < rows, "a row outside the matrix")
    return UnsafeMutableBufferPointer(start: base + row * stride, count: columns)
  }

  /// All entries in one run, where they lie without gaps.
  public var entries: UnsafeMutableBufferPointer<Scalar> {
    precondition(stride == columns || rows <= 1, "gaps between rows")
    return UnsafeMutableBufferPointer(start: base, count: rows * columns)
  }

  /// Sets every entry.
  public func fill(_ value: Scalar) {
    for row in 0..<rows { self.row(row).update(repeating: value) }
  }

  /// Takes over the entries of a matrix of the same shape.
  public func copy(from other: Matrix) {
    precondition(rows == other.rows && columns == other.columns, "matrices of different shapes")
    for row in 0..<rows { (base + row * stride).update(from: other.base + row * other.stride, count: columns) }
  }
}

/// Owns the numbers of matrices: whatever it hands out lives as long as it does, aligned to 64 bytes.
public final class Arena<Scalar: Real> {
  private var blocks: [UnsafeMutableRawPointer] = []
  /// What has been handed out.
  public private(set) var bytes = 0

  private static var hugePage: Int { 1 << 21 }

  /// Owns nothing yet.
  public init() {}

  deinit {
    for block in blocks { free(block) }
  }

  /// A matrix of zeros.
  public func matrix(rows: Int, columns: Int) -> Matrix<Scalar> {
    let matrix = room(rows: rows, columns: columns)
    UnsafeMutableRawPointer(matrix.base)
      .initializeMemory(as: UInt8.self, repeating: 0, count: Self.size(rows: rows, columns: columns))
    return matrix
  }

  private static func size(rows: Int, columns: Int) -> Int {
    max(rows * columns, 1) * MemoryLayout<Scalar>.stride
  }

  /// A matrix of any numbers, to be written before it is read. Of a large one the system gives memory as it is used, so
  /// that room which is not used costs nothing.
  public func room(rows: Int, columns: Int) -> Matrix<Scalar> {
    precondition(rows >= 0 && columns >= 0, "a matrix of negative size")
    let size = Self.size(rows: rows, columns: columns)
    let isLarge = size >= 2 * Self.hugePage
    var memory: UnsafeMutableRawPointer?
    guard posix_memalign(&memory, isLarge ? Self.hugePage : 64, size) == 0, let block = memory else {
      Memory.exhausted(bytes: size)
    }
    // Best effort: the processor then finds the pages of an optimizer's four runs without looking them up.
    if isLarge { _ = madvise(block, size, MADV_HUGEPAGE) }
    blocks.append(block)
    bytes += size
    let base = block.bindMemory(to: Scalar.self, capacity: max(rows * columns, 1))
    return Matrix(base: base, rows: rows, columns: columns, stride: columns)
  }
}
