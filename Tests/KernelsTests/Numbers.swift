import Kernels

/// A matrix of numbers between −3 and 3, others for every seed.
func numbers<Scalar: Real>(_ arena: Arena<Scalar>, _ rows: Int, _ columns: Int, _ seed: Int) -> Matrix<Scalar> {
  let matrix = arena.matrix(rows: rows, columns: columns)
  for row in 0..<rows {
    for column in 0..<columns {
      matrix[row, column] = Scalar((row * 37 + column * 53 + seed * 29) % 101 - 50) / 17
    }
  }
  return matrix
}
