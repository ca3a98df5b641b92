// One head of one window in `LastAttention`.
extension HeadView {
  /// The first entry of the head's stretch of keys or sums.
  @inline(__always)
  private func wide<Scalar: Real>(_ matrix: Matrix<Scalar>) -> UnsafeMutablePointer<Scalar> {
    matrix.base + window * matrix.stride + (row - window * attention.heads) * (matrix.columns / attention.heads)
  }

  @inline(__always)
  private func memory<Scalar: Real>(_ matrix: Matrix<Scalar>, _ position: Int) -> UnsafeMutablePointer<Scalar> {
    matrix.base + (position * n + window) * matrix.stride
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  func lastLogits<Scalar: Real>(
    _ keys: Matrix<Scalar>, _ memory: Matrix<Scalar>, bias: Scalar, into logits: UnsafeMutablePointer<Scalar>
  ) {
    let scale = 1 / Scalar(size).squareRoot()
    for position in 0..<attention.context {
      logits[position] = scale * Lanes.dot(wide(keys), self.memory(memory, position), memory.columns)
    }
    logits[attention.context - 1] -= bias
  }

  /// dKeys = Σ dlogit · memory / √size, overwritten; dMemory += weight · dSums + dlogit · keys / √size.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  func lastLogitsBackward<Scalar: Real>(
    _ dLogits: UnsafePointer<Scalar>, _ kept: UnsafePointer<Scalar>, _ keys: Matrix<Scalar>, _ dSums: Matrix<Scalar>,
    _ memory: Matrix<Scalar>, _ dKeys: Matrix<Scalar>, _ dMemory: Matrix<Scalar>
  ) {
    let scale = 1 / Scalar(size).squareRoot()
    let width = memory.columns
    wide(dKeys).update(repeating: 0, count: width)
    for position in 0..<attention.context {
      Lanes.add(scale * dLogits[position], self.memory(memory, position), to: wide(dKeys), width)
      Lanes.add(scale * dLogits[position], wide(keys), to: self.memory(dMemory, position), width)
      Lanes.add(kept[position], wide(dSums), to: self.memory(dMemory, position), width)
    }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  func lastSum<Scalar: Real>(_ kept: UnsafePointer<Scalar>, _ memory: Matrix<Scalar>, into sums: Matrix<Scalar>) {
    wide(sums).update(repeating: 0, count: memory.columns)
    for position in 0..<attention.context {
      Lanes.add(kept[position], self.memory(memory, position), to: wide(sums), memory.columns)
    }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  func lastSumBackward<Scalar: Real>(
    _ dSums: Matrix<Scalar>, _ memory: Matrix<Scalar>, _ dOutput: Matrix<Scalar>, _ bias: Matrix<Scalar>?,
    into dKept: UnsafeMutablePointer<Scalar>
  ) {
    let along = bias.map { Lanes.dot(dOutput.base + window * dOutput.stride + column, $0.base + column, size) } ?? 0
    for position in 0..<attention.context {
      dKept[position] = Lanes.dot(wide(dSums), self.memory(memory, position), memory.columns) + along
    }
  }

  /// The head's columns of a window's row += factor · bias.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  func addBias<Scalar: Real>(_ factor: Scalar, _ bias: Matrix<Scalar>, to output: Matrix<Scalar>) {
    Lanes.add(factor, bias.base + column, to: output.base + window * output.stride + column, size)
  }

  /// The head's columns of a bias's gradient += factor · a window's row.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  func addRow<Scalar: Real>(_ factor: Scalar, _ output: Matrix<Scalar>, to bias: Matrix<Scalar>) {
    Lanes.add(factor, output.base + window * output.stride + column, to: bias.base + column, size)
  }
}
