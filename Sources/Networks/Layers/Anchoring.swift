internal import Kernels

/// Semantic anchoring (P7): q′ = u(λ·u(p) + (1 − λ)·u(mean c)) with λ = 0.6 + 0.3·sigmoid(ℓ) and ℓ learnt.
struct Anchoring<Scalar: Real> {
  private let dim: Int
  private let context: Int
  /// (capacity, dim): q = u(p), the mean of the context and then its unit vector m, and the blend's unit vector q′.
  private let query: Matrix<Scalar>
  private let anchor: Matrix<Scalar>
  let output: Matrix<Scalar>
  private let queryNorms: Matrix<Scalar>
  private let anchorNorms: Matrix<Scalar>
  private let outputNorms: Matrix<Scalar>
  /// (capacity, dim): of the blend.
  private let gradient: Matrix<Scalar>
  private let anchorGradient: Matrix<Scalar>

  /// What ℓ is initialized with, so that λ = 0.8: sigmoid(ln 2) = 2/3.
  static var start: Double { 0.693_147_180_559_945_3 }

  init(_ arena: Arena<Scalar>, _ configuration: Configuration, capacity n: Int, training: Bool) {
    dim = configuration.dim
    context = configuration.context
    query = arena.matrix(rows: n, columns: dim)
    anchor = arena.matrix(rows: n, columns: dim)
    output = arena.matrix(rows: n, columns: dim)
    queryNorms = arena.matrix(rows: n, columns: 1)
    anchorNorms = arena.matrix(rows: n, columns: 1)
    outputNorms = arena.matrix(rows: n, columns: 1)
    gradient = arena.matrix(rows: training ? n : 0, columns: dim)
    anchorGradient = arena.matrix(rows: training ? n : 0, columns: dim)
  }

  /// - Parameters:
  ///   - p: (n, dim).
  ///   - contexts: (context · n, dim or more).
  ///   - logit: ℓ, (1, 1).
  func forward(_ p: Matrix<Scalar>, contexts: Matrix<Scalar>, logit: Matrix<Scalar>) {
    let n = p.rows
    let (query, anchor, output) = (query.first(n), anchor.first(n), output.first(n))
    UnitRows.forward(p, into: query, norms: queryNorms)
    ContextRows.mean(contexts.columns(0..<dim), into: anchor)
    UnitRows.forward(anchor, into: anchor, norms: anchorNorms)
    let share = Self.share(logit)
    Blend.of(share, query, 1 - share, anchor, into: output)
    UnitRows.forward(output, into: output, norms: outputNorms)
  }

  /// - Parameters:
  ///   - dOutput: (n, dim).
  ///   - dp: (n, dim), overwritten.
  ///   - logitGradient: overwritten, or added to with `adding`.
  func backward(
    _ dOutput: Matrix<Scalar>, into dp: Matrix<Scalar>, logit: Matrix<Scalar>, gradient logitGradient: Matrix<Scalar>,
    adding: Bool
  ) {
    let n = dOutput.rows
    let (query, anchor, gradient) = (query.first(n), anchor.first(n), gradient.first(n))
    UnitRows.backward(dOutput, output.first(n), norms: outputNorms, into: gradient)
    let share = Self.share(logit)
    // sigmoid from λ again, and the slope of 0.3·sigmoid.
    let sigmoid = (share - 0.6) / 0.3
    let slope = 0.3 * sigmoid * (1 - sigmoid)
    let value = (Blend.dot(gradient, query) - Blend.dot(gradient, anchor)) * slope
    logitGradient[0, 0] = adding ? logitGradient[0, 0] + value : value
    UnitRows.backward(gradient, query, norms: queryNorms, into: dp, scale: share)
  }

  /// Adds what comes through the mean to the contexts' gradient, after `backward`.
  func backwardContexts(into contexts: Matrix<Scalar>, logit: Matrix<Scalar>, windows n: Int) {
    UnitRows.backward(
      gradient.first(n), anchor.first(n), norms: anchorNorms, into: anchorGradient.first(n),
      scale: 1 - Self.share(logit))
    ContextRows.spread(
      nil, anchorGradient.first(n), scale: 1 / Scalar(context), into: contexts.columns(0..<dim), adding: true)
  }

  /// λ.
  private static func share(_ logit: Matrix<Scalar>) -> Scalar {
    0.6 + 0.3 / (1 + Scalar.exponential(-logit[0, 0]))
  }
}
