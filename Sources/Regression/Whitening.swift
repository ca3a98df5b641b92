internal import Kernels

/// The projection of chunks onto their principal directions, each scaled to variance 1: z = Λ^(−1/2) Vᵀ (x − mean).
struct Whitening {
  /// How many directions there are: as many as wanted, or as many as the data vary in.
  let components: Int
  let dim: Int
  private let arena = Arena<Double>()
  /// (components, dim).
  private let directions: Matrix<Double>
  /// (1, components).
  private let shift: Matrix<Double>

  /// Directions whose variance is below this share of the largest are rounding noise.
  private static let epsilon = 1e-10
  /// A variance below this share of the chunks' mean square counts as 0.
  private static let rounding = 1e-13

  /// - Parameter moments: of all chunks.
  /// - Returns: nil where they do not vary.
  init?(_ moments: Moments, components wanted: Int) throws(LinearAlgebraFault) {
    dim = moments.columns
    guard moments.weight > 0 else { return nil }
    let covariance = arena.matrix(rows: dim, columns: dim)
    var size = 0.0
    for i in 0..<dim {
      for j in i..<dim { covariance[i, j] = moments.centred(i, j) / moments.weight }
      size += moments.products[i, i] / moments.weight
    }
    let eigen = try SymmetricEigen(covariance)
    let largest = eigen.values.last ?? 0
    guard largest > Self.rounding * size else { return nil }
    components = min(wanted, eigen.values.count { $0 > Self.epsilon * largest })
    directions = arena.matrix(rows: components, columns: dim)
    shift = arena.matrix(rows: 1, columns: components)
    for component in 0..<components {
      let index = dim - 1 - component
      let scale = 1 / eigen.values[index].squareRoot()
      for entry in 0..<dim {
        directions[component, entry] = scale * eigen.vectors[index, entry]
        shift[0, component] -= directions[component, entry] * moments.mean(entry)
      }
    }
    // `eigen` owns the memory that its vectors view.
    withExtendedLifetime(eigen) {}
  }

  func apply(_ x: Matrix<Double>, into z: Matrix<Double>) {
    MatrixProduct.ofTransposed(x, directions, into: z, bias: shift)
  }
}
