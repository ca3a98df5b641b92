/// Attention of the last position alone, over a memory that is not projected: a head's logit q·(W_k m) is (W_kᵀ q)·m, and
/// its output Σ α W_v m is W_v Σ α m. So the query and the sum are projected, one row a window each, where keys and
/// values would be one row a position; a key's bias, which moves all logits of a window alike, plays no part.
///
/// Memory is position-major: position t of window b among n is row t·n + b. Columns h·width to (h + 1)·width of `keys` and
/// `sums` are head h's.
public struct LastAttention: Hashable, Sendable {
  private let attention: Attention
  private let width: Int

  /// - Parameters:
  ///   - heads: a divisor of the width.
  ///   - context: positions of the memory.
  public init(heads: Int, context: Int, width: Int) {
    attention = Attention(heads: heads, context: context, firstOutput: context - 1, isCausal: false)
    self.width = width
  }

  private var heads: Int { attention.heads }
  private var size: Int { width / heads }
  private func rows(_ head: Int) -> Range<Int> { head * size..<(head + 1) * size }
  private func wide(_ head: Int) -> Range<Int> { head * width..<(head + 1) * width }

  /// The maps of keys and values, or their gradients: (width, width) weights, of which each head has its rows.
  public struct Maps<Scalar: Real> {
    /// (width, width).
    public let key: Matrix<Scalar>
    /// (width, width), with the bias of values, if any.
    public let value: Linear<Scalar>

    /// Keys have no bias: it would move all logits of a window alike.
    public init(key: Matrix<Scalar>, value: Linear<Scalar>) {
      self.key = key
      self.value = value
    }
  }

  /// The maps as the way back needs them.
  public struct MapsInTraining<Scalar: Real> {
    let maps: Maps<Scalar>
    /// Overwritten, or added to with `adding`.
    let gradients: Maps<Scalar>
    let adding: Bool

    /// - Parameter adding: whether to add to the gradients; else they are overwritten.
    public init(_ maps: Maps<Scalar>, gradients: Maps<Scalar>, adding: Bool) {
      (self.maps, self.gradients, self.adding) = (maps, gradients, adding)
    }
  }

  /// What `backward` needs of `forward`, for batches of up to a capacity.
  public final class State<Scalar: Real> {
    /// (capacity, heads · width): W_kᵀ q.
    let keys: Matrix<Scalar>
    /// (capacity, heads · width): Σ α m.
    let sums: Matrix<Scalar>
    let weights: Attention.State<Scalar>

    /// - Parameter drops: whether a dropout will be given.
    public init(_ last: LastAttention, capacity: Int, drops: Bool, in arena: Arena<Scalar>) {
      keys = arena.matrix(rows: capacity, columns: last.heads * last.width)
      sums = arena.matrix(rows: capacity, columns: last.heads * last.width)
      weights = Attention.State(last.attention, capacity: capacity, drops: drops, in: arena)
    }
  }

  /// Gradients of keys and sums, shared by all layers of a stack.
  public final class Scratch<Scalar: Real> {
    let dKeys: Matrix<Scalar>
    let dSums: Matrix<Scalar>
    let dWeights: Matrix<Scalar>

    /// Gradients for batches of up to `capacity` windows.
    public init(capacity: Int, heads: Int, context: Int, width: Int, in arena: Arena<Scalar>) {
      dKeys = arena.matrix(rows: capacity, columns: heads * width)
      dSums = arena.matrix(rows: capacity, columns: heads * width)
      dWeights = arena.matrix(rows: capacity * heads, columns: context)
    }
  }

  /// What attends and what it attends to, or the gradients of both.
  public struct Input<Scalar: Real> {
    /// (n, width).
    let q: Matrix<Scalar>
    /// (context · n, width).
    let memory: Matrix<Scalar>

    /// - Parameters:
    ///   - q: (n, width), the queries of n windows.
    ///   - memory: (context · n, width).
    public init(q: Matrix<Scalar>, memory: Matrix<Scalar>) { (self.q, self.memory) = (q, memory) }
  }

  /// - Parameters:
  ///   - output: (n, width).
  ///   - lastSlotBias: taken off the logits of the last position.
  public func forward<Scalar: Real>(
    _ input: Input<Scalar>, _ maps: Maps<Scalar>, into output: Matrix<Scalar>, lastSlotBias: Scalar = 0,
    dropout: Dropout?, _ state: State<Scalar>
  ) {
    let (q, memory, n) = (input.q, input.memory, input.q.rows)
    let (keys, sums) = (state.keys.first(n), state.sums.first(n))
    for head in 0..<heads {
      MatrixProduct.of(q.columns(rows(head)), maps.key.rows(rows(head)), into: keys.columns(wide(head)))
    }
    Workers.parallel(n) { windows in
      for window in windows {
        for head in 0..<heads {
          let view = HeadView(attention, window, head, n, width)
          let (weights, kept) = state.weights.runs(of: view, dropout)
          view.lastLogits(keys, memory, bias: lastSlotBias, into: weights)
          HeadView.normalize(attention, weights)
          if let dropout { view.drop(weights, dropout, into: kept) }
          view.lastSum(kept, memory, into: sums)
        }
      }
    }
    for head in 0..<heads {
      MatrixProduct.ofTransposed(
        sums.columns(wide(head)), maps.value.weight.rows(rows(head)), into: output.columns(rows(head)))
    }
    guard let bias = maps.value.bias else { return }
    Workers.parallel(n, minimum: 16) { windows in
      for window in windows {
        for head in 0..<heads {
          let view = HeadView(attention, window, head, n, width)
          view.addBias(total(view, dropout, state), bias, to: output)
        }
      }
    }
  }

  /// Σ α of a head, after dropout.
  private func total<Scalar: Real>(_ view: HeadView, _ dropout: Dropout?, _ state: State<Scalar>) -> Scalar {
    guard dropout != nil else { return 1 }
    return state.weights.kept.row(view.row).reduce(0, +)
  }

  /// - Parameters:
  ///   - dOutput: (n, width).
  ///   - input: as in `forward`.
  ///   - inputGradients: the query's is overwritten, the memory's added to.
  ///   - weights: the maps and their gradients.
  public func backward<Scalar: Real>(
    _ dOutput: Matrix<Scalar>, _ input: Input<Scalar>, into inputGradients: Input<Scalar>,
    _ weights: MapsInTraining<Scalar>, dropout: Dropout?, _ state: State<Scalar>, _ scratch: Scratch<Scalar>
  ) {
    let (q, memory, n) = (input.q, input.memory, input.q.rows)
    let (dq, dMemory) = (inputGradients.q, inputGradients.memory)
    let (maps, gradients, adding) = (weights.maps, weights.gradients, weights.adding)
    let (keys, sums) = (state.keys.first(n), state.sums.first(n))
    let (dKeys, dSums) = (scratch.dKeys.first(n), scratch.dSums.first(n))
    for head in 0..<heads {
      let dHead = dOutput.columns(rows(head))
      MatrixProduct.of(dHead, maps.value.weight.rows(rows(head)), into: dSums.columns(wide(head)))
      MatrixProduct.transposed(
        dHead, sums.columns(wide(head)), into: gradients.value.weight.rows(rows(head)), adding: adding)
    }
    if let bias = gradients.value.bias { addBiasGradient(dOutput, bias, n, dropout, state, adding: adding) }
    Workers.parallel(n) { windows in
      for window in windows {
        for head in 0..<heads {
          let view = HeadView(attention, window, head, n, width)
          let (weights, kept) = state.weights.runs(of: view, dropout)
          let dWeights = scratch.dWeights.base + view.row * scratch.dWeights.stride
          view.lastSumBackward(dSums, memory, dOutput, maps.value.bias, into: dWeights)
          if let dropout { view.drop(dWeights, dropout, into: dWeights) }
          HeadView.normalizeBackward(attention, weights, dWeights)
          view.lastLogitsBackward(dWeights, kept, keys, dSums, memory, dKeys, dMemory)
        }
      }
    }
    for head in 0..<heads {
      let dHead = dKeys.columns(wide(head))
      MatrixProduct.ofTransposed(dHead, maps.key.rows(rows(head)), into: dq.columns(rows(head)))
      MatrixProduct.transposed(q.columns(rows(head)), dHead, into: gradients.key.rows(rows(head)), adding: adding)
    }
  }

  private func addBiasGradient<Scalar: Real>(
    _ dOutput: Matrix<Scalar>, _ bias: Matrix<Scalar>, _ n: Int, _ dropout: Dropout?, _ state: State<Scalar>,
    adding: Bool
  ) {
    if !adding { bias.fill(0) }
    for window in 0..<n {
      for head in 0..<heads {
        let view = HeadView(attention, window, head, n, width)
        view.addRow(total(view, dropout, state), dOutput, to: bias)
      }
    }
  }
}
