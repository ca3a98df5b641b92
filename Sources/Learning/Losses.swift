public import Kernels

/// The loss terms of one batch, and the gradient of their weighted sum by the raw output.
///
/// `load` takes the cosines that terms are functions of, once; terms add their slopes by cosines, and `finishGradient`
/// turns them into a gradient in one pass. Figures are summed in double precision, in the order of windows: they do not
/// depend on the number of threads. Everything is allocated when this is made.
public final class Losses<Scalar: Real> {
  let dim: Int
  let figures: BatchFigures
  let arena = Arena<Double>()
  let scalars = Arena<Scalar>()
  var batch: LossBatch<Scalar>?

  /// (slots, capacity): lengths of the compared vectors.
  let lengths: Matrix<Double>
  /// (1, capacity): weights of the stream.
  let streamWeights: Matrix<Double>
  /// (2, capacity): cos(c[last], n) and cos(c[last], c[last−1]), once a weighting or a recipe needs them.
  let lastCosines: Matrix<Double>
  /// (1, capacity): ‖n‖².
  let targetSquares: Matrix<Double>
  var hasLastCosines = false
  /// (capacity, capacity): products of outputs and targets, then what targets are multiplied with on the way back.
  let cross: Matrix<Scalar>
  var hasCross = false
  /// (capacity, dim): Σ cᵢ.
  let centroids: Matrix<Scalar>

  static var epsilon: Double { BatchFigures.epsilon }

  /// - Parameters:
  ///   - capacity: windows of the largest batch.
  ///   - contexts, negatives, futures: slots of a window.
  public init(capacity: Int, dim: Int, contexts: Int, negatives: Int = 0, futures: Int = 0) {
    precondition(capacity >= 1 && contexts >= 1, "no windows, or windows without context")
    self.dim = dim
    figures = BatchFigures(
      capacity: capacity, dim: dim, contexts: contexts, negatives: negatives, futures: futures)
    lengths = arena.matrix(rows: figures.slots, columns: capacity)
    streamWeights = arena.matrix(rows: 1, columns: capacity)
    lastCosines = arena.matrix(rows: 2, columns: capacity)
    targetSquares = arena.matrix(rows: 1, columns: capacity)
    cross = scalars.matrix(rows: capacity, columns: capacity)
    centroids = scalars.matrix(rows: capacity, columns: dim)
  }

  /// The value of a term that is a function of one batch's outputs.
  ///
  /// - Parameter weighting: weights of windows besides those of the stream, for terms that take weights.
  public func value(of term: some LossTerm, weighting: WindowWeighting? = nil) -> Double {
    evaluate(term, weighting: weighting, factor: 0)
  }

  /// Adds the gradient of `weight` times a term.
  ///
  /// - Returns: the value of the term, without the weight.
  @discardableResult
  public func addGradient(of term: some LossTerm, weight: Double, weighting: WindowWeighting? = nil) -> Double {
    evaluate(term, weighting: weighting, factor: weight)
  }

  private func evaluate(_ term: some LossTerm, weighting: WindowWeighting?, factor: Double) -> Double {
    guard let batch, batch.windows > 0 else { return 0 }
    setWeights(weighting)
    let needs = term.needs
    if needs.cross { loadCross() }
    if needs.columns { figures.columns.load(batch.output, batch.target) }
    return term.evaluate(figures, factor: factor)
  }
}
