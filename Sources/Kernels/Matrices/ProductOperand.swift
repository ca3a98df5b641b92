/// The shape of a product: c is (rows, columns), and each of its entries a sum of `inner` terms.
public struct ProductShape {
  let rows: Int
  let columns: Int
  let inner: Int

  /// c is (rows, columns), and `inner` the length of each sum.
  public init(rows: Int, columns: Int, inner: Int) {
    (self.rows, self.columns, self.inner) = (rows, columns, inner)
  }
}

/// A factor of a product, as BLAS reads it.
public struct ProductOperand<Scalar> {
  let start: UnsafePointer<Scalar>
  let stride: Int
  let isTransposed: Bool

  /// - Parameters:
  ///   - start: the first entry.
  ///   - stride: the distance between rows, in entries.
  ///   - isTransposed: whether the product is with the transposition.
  @inline(__always)
  public init(_ start: UnsafePointer<Scalar>, stride: Int, isTransposed: Bool = false) {
    (self.start, self.stride, self.isTransposed) = (start, stride, isTransposed)
  }
}

extension ProductOperand where Scalar: Real {
  /// A matrix, or its transposition.
  @inline(__always)
  init(_ matrix: Matrix<Scalar>, isTransposed: Bool = false) {
    self.init(matrix.base, stride: max(matrix.stride, 1), isTransposed: isTransposed)
  }
}
