package import Kernels

/// The further input column that tells a chunk's position (P5).
package enum PositionalColumn {
  /// Gives slot t's rows of `contexts` the entry scale · linspace(0, 1, context)[t] in column `dim`, where the
  /// configuration has that column.
  ///
  /// - Parameter contexts: position-major, (context · windows or more, inputWidth).
  package static func fill<Scalar: Real>(
    _ contexts: Matrix<Scalar>, _ configuration: Configuration, windows: Int, scale: Double
  ) {
    guard configuration.hasPositionalScalar else { return }
    let column = contexts.columns(configuration.dim..<configuration.dim + 1)
    for slot in 0..<configuration.context {
      // As linspace: a single position is 0.
      let position = Double(slot) / Double(max(configuration.context - 1, 1))
      column.rows(slot * windows..<(slot + 1) * windows).fill(Scalar(scale * position))
    }
  }
}
