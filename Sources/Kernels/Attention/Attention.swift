/// Multi-head scaled dot-product attention (Vaswani et al., "Attention is all you need", 2017), between the projections
/// in and out, as inside `torch.nn.MultiheadAttention`.
///
/// Rows are position-major: position t of window b among n is row t·n + b. Keys and values stand for all positions of the
/// context; outputs may be asked for the last positions alone, from `firstOutput` on. Under a causal mask position 0
/// sees itself alone, so that its query plays no part: queries begin at `firstQuery`.
public struct Attention: Hashable, Sendable {
  /// Heads, 1 or more.
  public let heads: Int
  /// Positions of keys and values.
  public let context: Int
  /// The first position whose output is computed.
  public let firstOutput: Int
  /// Whether a position sees only itself and those before.
  public let isCausal: Bool

  /// - Parameters:
  ///   - heads: a divisor of the width.
  ///   - firstOutput: a position of the context.
  public init(heads: Int, context: Int, firstOutput: Int = 0, isCausal: Bool) {
    precondition(heads >= 1 && (0..<context).contains(firstOutput), "no head, or a first output outside the context")
    self.heads = heads
    self.context = context
    self.firstOutput = firstOutput
    self.isCausal = isCausal
  }

  /// Positions from which on calls of OpenBLAS are faster than loops.
  public static let longContext = 24

  /// Positions whose output is computed.
  public var outputs: Int { context - firstOutput }
  /// The first position whose query counts.
  public var firstQuery: Int { isCausal ? max(firstOutput, 1) : firstOutput }
  /// Positions whose query counts.
  public var queries: Int { context - firstQuery }

  /// What `backward` needs of `forward`, for batches of up to a capacity.
  public final class State<Scalar: Real> {
    /// (windows · heads, outputs · context): the attention weights, 0 where masked.
    let weights: Matrix<Scalar>
    /// The same after dropout; where nothing is dropped they are `weights`.
    let kept: Matrix<Scalar>

    /// - Parameter drops: whether a dropout will be given.
    public init(_ attention: Attention, capacity: Int, drops: Bool, in arena: Arena<Scalar>) {
      let (rows, columns) = (capacity * attention.heads, attention.outputs * attention.context)
      weights = arena.matrix(rows: rows, columns: columns)
      kept = drops ? arena.matrix(rows: rows, columns: columns) : weights
    }

    /// One head's weights, as they are and after a dropout: without one they are the same.
    @inline(__always)
    func runs(
      of view: HeadView, _ dropout: Dropout?
    ) -> (weights: UnsafeMutablePointer<Scalar>, kept: UnsafeMutablePointer<Scalar>) {
      let index = view.row * weights.stride
      return (weights.base + index, (dropout == nil ? weights : kept).base + index)
    }
  }

  /// Queries, keys and values, or their gradients.
  public struct Projections<Scalar: Real> {
    /// (queries · n, width).
    let q: Matrix<Scalar>
    /// (context · n, width).
    let k: Matrix<Scalar>
    /// (context · n, width).
    let v: Matrix<Scalar>

    /// - Parameters:
    ///   - q: (queries · n, width).
    ///   - keysValues: (context · n, 2 · width), side by side.
    public init(q: Matrix<Scalar>, keysValues: Matrix<Scalar>) {
      let width = keysValues.columns / 2
      self.q = q
      k = keysValues.columns(0..<width)
      v = keysValues.columns(width..<2 * width)
    }
  }

  /// - Parameters:
  ///   - output: (outputs · n, width).
  ///   - lastSlotBias: taken off the logits of the last position's key.
  public func forward<Scalar: Real>(
    _ input: Projections<Scalar>, into output: Matrix<Scalar>, windows n: Int, lastSlotBias: Scalar = 0,
    dropout: Dropout?, _ state: State<Scalar>
  ) {
    let (q, k, v) = (input.q, input.k, input.v)
    Workers.parallel(n) { windows in
      for window in windows {
        for head in 0..<heads {
          let view = HeadView(self, window, head, n, v.columns)
          let (weights, kept) = state.runs(of: view, dropout)
          view.logits(q, k, bias: lastSlotBias, into: weights)
          HeadView.normalize(self, weights)
          if let dropout { view.drop(weights, dropout, into: kept) }
          view.mix(kept, v, into: output)
        }
      }
    }
  }

  /// - Parameters:
  ///   - dOutput: (outputs · n, width).
  ///   - input: as in `forward`.
  ///   - gradients: of the input, overwritten.
  ///   - scratch: (capacity · heads, outputs · context).
  public func backward<Scalar: Real>(
    _ dOutput: Matrix<Scalar>, _ input: Projections<Scalar>, into gradients: Projections<Scalar>, windows n: Int,
    dropout: Dropout?, _ state: State<Scalar>, scratch: Matrix<Scalar>
  ) {
    let (q, k, v) = (input.q, input.k, input.v)
    let (dq, dk, dv) = (gradients.q, gradients.k, gradients.v)
    Workers.parallel(n) { windows in
      for window in windows {
        for head in 0..<heads {
          let view = HeadView(self, window, head, n, v.columns)
          let (weights, kept) = state.runs(of: view, dropout)
          let dWeights = scratch.base + view.row * scratch.stride
          view.mixBackward(dOutput, kept, v, dWeights, dv)
          if let dropout { view.drop(dWeights, dropout, into: dWeights) }
          HeadView.normalizeBackward(self, weights, dWeights)
          view.logitsBackward(dWeights, q, k, dq, dk)
        }
      }
    }
  }
}
