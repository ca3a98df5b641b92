internal import Kernels

extension Losses {
  /// Takes a batch: computes what terms are made of, and forgets the gradient of the last one.
  public func load(_ batch: LossBatch<Scalar>) {
    check(batch)
    self.batch = batch
    figures.windows = batch.windows
    hasCross = false
    hasLastCosines = false
    clearGradient()
    guard batch.windows > 0 else { return }
    let range = 0..<batch.windows
    Rows.products(batch.output, batch.output, into: figures.outputLengths.columns(range))
    for window in range { figures.outputLengths[0, window] = figures.outputLengths[0, window].squareRoot() }
    Rows.squaredDistances(batch.output, batch.target, into: figures.distances.columns(range))
    Rows.products(batch.target, batch.target, into: targetSquares.columns(range))
    sumContexts(batch)
    forEachComparedVector { slot, vectors in compare(slot, vectors) }
    for window in range { streamWeights[0, window] = batch.weights.map { Double($0[0, window]) } ?? 1 }
  }

  private func check(_ batch: LossBatch<Scalar>) {
    let cosines = figures
    precondition(batch.windows <= cosines.capacity, "a batch that fits")
    precondition(batch.output.columns == dim, "vectors of \(dim) entries")
    guard batch.windows > 0 else { return }
    precondition(batch.slots(batch.contexts) == cosines.contexts, "all slots of context")
    precondition(batch.slots(batch.negatives) == cosines.negatives, "all negatives")
    precondition(batch.slots(batch.futures) == cosines.futures, "all futures")
  }

  private func sumContexts(_ batch: LossBatch<Scalar>) {
    let sum = centroids.first(batch.windows)
    let ones = figures.weights.columns(0..<batch.windows)
    ones.fill(1)
    for slot in 0..<figures.contexts {
      Rows.scale(rows(batch.contexts, slot), by: ones, into: sum, adding: slot > 0)
    }
  }

  /// The windows' vectors of one slot of a position-major matrix.
  func rows(_ matrix: Matrix<Scalar>, _ slot: Int) -> Matrix<Scalar> {
    let windows = figures.windows
    return matrix.rows(slot * windows..<(slot + 1) * windows)
  }

  /// Calls `body` with the row of each compared vector in the cosines, and its vectors, (n, dim).
  func forEachComparedVector(_ body: (Int, Matrix<Scalar>) -> Void) {
    guard let batch else { return }
    let cosines = figures
    body(cosines.slot(.next), batch.target)
    body(cosines.slot(.previous), batch.previous)
    body(cosines.slot(.centroid), centroids.first(batch.windows))
    for index in 0..<cosines.contexts { body(cosines.slot(.context(index)), rows(batch.contexts, index)) }
    if let negatives = batch.negatives {
      for index in 0..<cosines.negatives { body(cosines.slot(.negative(index)), rows(negatives, index)) }
    }
    if let futures = batch.futures {
      for index in 0..<cosines.futures { body(cosines.slot(.future(index)), rows(futures, index)) }
    }
  }

  private func compare(_ slot: Int, _ vectors: Matrix<Scalar>) {
    guard let batch else { return }
    let range = 0..<batch.windows
    let lengths = lengths.rows(slot..<slot + 1).columns(range)
    let cosines = figures.cosines.rows(slot..<slot + 1).columns(range)
    Rows.products(vectors, vectors, into: lengths)
    Rows.products(batch.output, vectors, into: cosines)
    for window in range {
      lengths[0, window] = lengths[0, window].squareRoot()
      cosines[0, window] = BatchFigures.cosine(
        cosines[0, window], lengths: lengths[0, window] * figures.outputLengths[0, window])
    }
  }

  /// cos(p_i, n_j) of all pairs, by one product.
  func loadCross() {
    guard let batch, !hasCross else { return }
    hasCross = true
    let range = 0..<batch.windows
    let products = cross.rows(range).columns(range)
    MatrixProduct.ofTransposed(batch.output, batch.target, into: products)
    let cosines = figures.cross
    for i in range {
      for j in range {
        let length = figures.outputLengths[0, i] * lengths[0, j]
        if !Self.products.contains(length) { widen(i, j, batch) }
        cosines[i, j] = BatchFigures.cosine(
          Self.products.contains(length) ? Double(products[i, j]) : cosines[i, j], lengths: length)
      }
      cosines[i, i] = figures.cosines[0, i]
    }
    figures.crossSlopes.fill(0)
  }

  /// Products of lengths with which the products of entries are within the range of single precision.
  private static var products: ClosedRange<Double> { 1e-25...1e30 }

  /// The product of an output and a target, taken again in double precision.
  private func widen(_ i: Int, _ j: Int, _ batch: LossBatch<Scalar>) {
    Rows.products(
      batch.output.rows(i..<i + 1), batch.target.rows(j..<j + 1), into: figures.cross.rows(i..<i + 1).columns(j..<j + 1)
    )
  }
}

extension Losses {
  /// The weights that a term counts with.
  func setWeights(_ weighting: WindowWeighting?) {
    let range = 0..<figures.windows
    for window in range { figures.weights[0, window] = streamWeights[0, window] }
    guard let weighting else { return }
    loadLastCosines()
    let mean = range.reduce(0) { $0 + weight($1, weighting) } / Double(range.count)
    for window in range {
      figures.weights[0, window] *= weighting.reduction == .mean ? mean : weight(window, weighting)
    }
  }

  private func weight(_ window: Int, _ weighting: WindowWeighting) -> Double {
    let reference = weighting.reference == .last ? 1 : lastCosines[1, window]
    return lastCosines[0, window] - reference >= weighting.minimum ? 1 : weighting.weak
  }

  /// The cosines of the last chunk of context with the target and with the chunk before it, which is itself where there
  /// is no other.
  func loadLastCosines() {
    guard let batch, !hasLastCosines else { return }
    hasLastCosines = true
    let range = 0..<batch.windows
    let cosines = figures
    let last = cosines.contexts - 1
    let before = max(last - 1, 0)
    Rows.products(rows(batch.contexts, last), batch.target, into: lastCosines.first(1).columns(range))
    Rows.products(
      rows(batch.contexts, last), rows(batch.contexts, before), into: lastCosines.rows(1..<2).columns(range))
    for window in range {
      let length = lengths[cosines.slot(.context(last)), window]
      let other = lengths[cosines.slot(.context(before)), window]
      lastCosines[0, window] = BatchFigures.cosine(lastCosines[0, window], lengths: length * lengths[0, window])
      lastCosines[1, window] = BatchFigures.cosine(lastCosines[1, window], lengths: length * other)
    }
  }
}
