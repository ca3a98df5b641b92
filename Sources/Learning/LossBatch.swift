public import Kernels

/// One batch as losses see it: n windows' outputs and what they are compared with. The views must stay as they are until
/// the gradient has been finished.
public struct LossBatch<Scalar: Real> {
  /// (n, dim): the raw output p.
  public var output: Matrix<Scalar>
  /// (n, dim).
  public var target: Matrix<Scalar>
  /// (n, dim): the vector that the recipe names "previous".
  public var previous: Matrix<Scalar>
  /// (context · n, dim), position-major: slot t of window b is row t·n + b.
  public var contexts: Matrix<Scalar>
  /// (k · n, dim), position-major: the windows' own negatives, of the same article.
  public var negatives: Matrix<Scalar>?
  /// (f · n, dim), position-major: the chunks after the target.
  public var futures: Matrix<Scalar>?
  /// (1, n): the windows' weights; nil where each is 1. A term that is a mean over windows is the mean of weight times
  /// loss; `moment` and `variance` are of the batch and take no weights.
  public var weights: Matrix<Scalar>?

  /// Creates a batch from views that stay valid while it is used.
  public init(
    output: Matrix<Scalar>, target: Matrix<Scalar>, previous: Matrix<Scalar>, contexts: Matrix<Scalar>,
    negatives: Matrix<Scalar>? = nil, futures: Matrix<Scalar>? = nil, weights: Matrix<Scalar>? = nil
  ) {
    self.output = output
    self.target = target
    self.previous = previous
    self.contexts = contexts
    self.negatives = negatives
    self.futures = futures
    self.weights = weights
  }

  /// The number of windows.
  public var windows: Int { output.rows }

  /// Slots in a position-major matrix.
  func slots(_ matrix: Matrix<Scalar>?) -> Int {
    guard let matrix, windows > 0 else { return 0 }
    precondition(matrix.rows % windows == 0, "whole slots")
    return matrix.rows / windows
  }
}

/// A vector of a window that its output is compared with.
public enum ComparedVector: Hashable, Sendable {
  /// The target.
  case next
  case previous
  case context(Int)
  case negative(Int)
  case future(Int)
  /// The mean of the context.
  case centroid
}
