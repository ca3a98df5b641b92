/// Rows of vectors, taken in and moved.
extension Matrix {
  /// Takes over a vector as a row.
  public func setRow(_ row: Int, to vector: UnsafeBufferPointer<Float>) {
    precondition(
      row >= 0 && row < rows && vector.count == columns, "a row outside the matrix, or a vector of another length")
    guard let source = vector.baseAddress else { return }
    Self.convert(source, base + row * stride, columns)
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private static func convert(_ source: UnsafePointer<Float>, _ row: UnsafeMutablePointer<Scalar>, _ count: Int) {
    for entry in 0..<count { row[entry] = Scalar(source[entry]) }
  }

  /// Moves `count` rows from `source` on to `destination` on; the two may overlap.
  public func moveRows(from source: Int, to destination: Int, count: Int) {
    precondition(min(source, destination) >= 0 && max(source, destination) + count <= rows, "rows outside the matrix")
    guard source != destination else { return }
    for index in 0..<count {
      // Towards the front the first row goes first, else the last: none is overwritten before it has gone.
      let row = destination < source ? index : count - 1 - index
      (base + (destination + row) * stride).update(from: base + (source + row) * stride, count: columns)
    }
  }

  /// Adds scale · other, a matrix of the same shape.
  public func add(_ other: Matrix, scale: Scalar) {
    precondition(rows == other.rows && columns == other.columns, "matrices of different shapes")
    for row in 0..<rows { Self.add(other.base + row * other.stride, scale, to: base + row * stride, columns) }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private static func add(
    _ source: UnsafePointer<Scalar>, _ scale: Scalar, to row: UnsafeMutablePointer<Scalar>, _ count: Int
  ) {
    for entry in 0..<count { row[entry] += scale * source[entry] }
  }

  /// Multiplies every entry.
  public func scale(by factor: Scalar) {
    for row in 0..<rows { Self.scale(base + row * stride, factor, columns) }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private static func scale(_ row: UnsafeMutablePointer<Scalar>, _ factor: Scalar, _ count: Int) {
    for entry in 0..<count { row[entry] *= factor }
  }
}
