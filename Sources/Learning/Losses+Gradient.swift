public import Kernels

extension Losses {
  func clearGradient() {
    figures.slopes.fill(0)
    if hasCross { figures.crossSlopes.fill(0) }
    figures.outputFactors.fill(0)
    figures.targetFactors.fill(0)
    figures.columns.clear()
  }

  /// Turns what terms have added into the gradient by the raw output, and forgets it.
  ///
  /// By u(p), ∂cos(p, x)/∂p = (u(x) − cos(p, x) u(p)) / ‖p‖. An output shorter than 1e-8 has no direction: cosines give
  /// it no gradient.
  ///
  /// - Parameters:
  ///   - gradient: (n, dim), overwritten.
  ///   - adding: to what `gradient` holds instead.
  public func finishGradient(into gradient: Matrix<Scalar>, adding: Bool = false) {
    guard let batch, batch.windows > 0 else { return }
    let range = 0..<batch.windows
    for window in range { convertSlopes(window) }
    Rows.scale(batch.output, by: figures.outputFactors.columns(range), into: gradient, adding: adding)
    forEachComparedVector { slot, vectors in
      let factors = figures.slopes.rows(slot..<slot + 1).columns(range)
      guard range.contains(where: { factors[0, $0] != 0 }) else { return }
      Rows.scale(vectors, by: factors, into: gradient, adding: true)
    }
    if hasCross { MatrixProduct.of(cross.rows(range).columns(range), batch.target, into: gradient, adding: true) }
    figures.columns.addGradient(batch.output, to: gradient)
    clearGradient()
  }

  /// Makes of a window's slopes by cosines the factors of p and of the compared vectors.
  private func convertSlopes(_ window: Int) {
    let length = figures.outputLengths[0, window]
    let inverse = length >= Self.epsilon ? 1 / length : 0
    let cosines = figures
    var along = 0.0
    for slot in 0..<cosines.slots {
      along += cosines.slopes[slot, window] * cosines.cosines[slot, window]
      // A vector without length has the cosine 0 whatever the output is.
      cosines.slopes[slot, window] *= lengths[slot, window] > 0 ? inverse / lengths[slot, window] : 0
    }
    cosines.slopes[0, window] += figures.targetFactors[0, window]
    if hasCross {
      for other in 0..<cosines.windows {
        along += cosines.crossSlopes[window, other] * cosines.cross[window, other]
        let scale = lengths[0, other] > 0 ? inverse / lengths[0, other] : 0
        cross[window, other] = Scalar(cosines.crossSlopes[window, other] * scale)
      }
    }
    figures.outputFactors[0, window] -= along * inverse * inverse
  }
}
