/// One step of AdamW (Loshchilov and Hutter, "Decoupled weight decay regularization", 2019) with the arithmetic of
/// `torch.optim.AdamW`: with g the scaled gradient and t the step,
///
///     p ← p · (1 − lr · decay)
///     m ← m + (1 − β₁)(g − m),  v ← β₂ v + (1 − β₂) g²
///     p ← p − lr / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε)
public struct AdamW: Hashable, Sendable {
  /// What a step is multiplied by.
  public var learningRate: Double
  /// Decoupled from the gradient, and so from the moments.
  public var decay: Double
  /// How much of the first moment the next step keeps.
  public var beta1 = 0.9
  /// How much of the second moment the next step keeps.
  public var beta2 = 0.999
  /// Added to the root of the second moment.
  public var epsilon = 1e-8

  /// The usual betas and epsilon.
  public init(learningRate: Double, decay: Double) {
    self.learningRate = learningRate
    self.decay = decay
  }

  /// Takes step `step` with some of the numbers: each is read once and written once, 28 bytes a parameter in single
  /// precision, so that memory is what limits it.
  ///
  /// - Parameters:
  ///   - step: counted from 1.
  ///   - run: which numbers; the others stay as they are. A parameter that is 0, with gradient and moments 0, stays 0.
  ///   - parameters, first, second: (1, n): parameters and their moments m and v, changed.
  ///   - gradients: (1, n).
  ///   - scale: what gradients are multiplied with before anything else: clipping is no pass of its own.
  public func update<Scalar: Real>(
    step: Int, run: Range<Int>, parameters: Matrix<Scalar>, gradients: Matrix<Scalar>, first: Matrix<Scalar>,
    second: Matrix<Scalar>, scale: Double = 1
  ) {
    precondition(step >= 1, "a step below 1")
    precondition(
      parameters.rows == 1 && gradients.rows == 1 && first.rows == 1 && second.rows == 1, "matrices that are no runs")
    let count = parameters.columns
    precondition(
      gradients.columns == count && first.columns == count && second.columns == count, "runs of different lengths")
    precondition(run.lowerBound >= 0 && run.upperBound <= count, "numbers outside the run")
    let factors = Factors<Scalar>(self, step: step, scale: scale)
    Workers.parallel(run.count, minimum: 16_384, multiple: 16) { part in
      let start = run.lowerBound + part.lowerBound
      Self.move(
        part.count, factors, parameters.base + start, gradients.base + start, first.base + start, second.base + start)
    }
  }

  /// What a step multiplies with, computed once in double precision.
  private struct Factors<Scalar: Real> {
    let scale, keep, gain1, beta2, gain2, rate, inverseRoot, epsilon: SIMD8<Scalar>

    init(_ rule: AdamW, step: Int, scale: Double) {
      func all(_ factor: Double) -> SIMD8<Scalar> { SIMD8(repeating: Scalar(factor)) }
      self.scale = all(scale)
      keep = all(1 - rule.learningRate * rule.decay)
      gain1 = all(1 - rule.beta1)
      beta2 = all(rule.beta2)
      gain2 = all(1 - rule.beta2)
      rate = all(rule.learningRate / (1 - Self.power(rule.beta1, step)))
      inverseRoot = all(1 / (1 - Self.power(rule.beta2, step)).squareRoot())
      epsilon = all(rule.epsilon)
    }

    /// baseᵉ by squaring.
    private static func power(_ base: Double, _ exponent: Int) -> Double {
      var (result, factor, rest) = (1.0, base, exponent)
      while rest > 0 {
        if rest & 1 == 1 { result *= factor }
        factor *= factor
        rest >>= 1
      }
      return result
    }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private static func move<Scalar: Real>(
    _ count: Int, _ by: Factors<Scalar>, _ parameters: UnsafeMutablePointer<Scalar>, _ gradients: UnsafePointer<Scalar>,
    _ first: UnsafeMutablePointer<Scalar>, _ second: UnsafeMutablePointer<Scalar>
  ) {
    let whole = count & ~7
    var i = 0
    while i < whole {
      var (parameter, mean, square) = (Lanes.load(parameters + i), Lanes.load(first + i), Lanes.load(second + i))
      move(by, &parameter, Lanes.load(gradients + i), &mean, &square)
      Lanes.store(mean, first + i)
      Lanes.store(square, second + i)
      Lanes.store(parameter, parameters + i)
      i += 8
    }
    let left = count - whole
    guard left > 0 else { return }
    var (parameter, mean) = (Lanes.load(parameters + i, left), Lanes.load(first + i, left))
    var square = Lanes.load(second + i, left)
    move(by, &parameter, Lanes.load(gradients + i, left), &mean, &square)
    Lanes.store(mean, first + i, left)
    Lanes.store(square, second + i, left)
    Lanes.store(parameter, parameters + i, left)
  }

  /// Eight parameters' step.
  @inline(__always)
  private static func move<Scalar: Real>(
    _ by: Factors<Scalar>, _ parameter: inout SIMD8<Scalar>, _ gradient: SIMD8<Scalar>, _ mean: inout SIMD8<Scalar>,
    _ square: inout SIMD8<Scalar>
  ) {
    let scaled = gradient * by.scale
    mean += (scaled - mean) * by.gain1
    square = square * by.beta2 + scaled * scaled * by.gain2
    parameter = parameter * by.keep - mean * by.rate / (Scalar.squareRoots(square) * by.inverseRoot + by.epsilon)
  }
}

/// The length of a gradient.
public enum Norms<Scalar: Real> {
  /// Numbers that are added up on one thread.
  private static var block: Int { 1 << 16 }

  /// Σ x² over some of the numbers of a run, in double precision: blocks of 64 Ki, added in their order, so that the
  /// figure is the same on any number of threads.
  ///
  /// - Parameter x: (1, n).
  public static func squared(_ x: Matrix<Scalar>, run: Range<Int>) -> Double {
    precondition(x.rows == 1 && run.lowerBound >= 0 && run.upperBound <= x.columns, "numbers outside the run")
    let blocks = (run.count + block - 1) / block
    return withUnsafeTemporaryAllocation(of: Double.self, capacity: max(blocks, 1)) { sums in
      sums.initialize(repeating: 0)
      // Each place is written by one part.
      nonisolated(unsafe) let sums = sums
      Workers.parallel(blocks) { part in
        for index in part {
          let start = index * block
          let numbers = x.base + run.lowerBound + start
          sums[index] = Scalar.squaredLength(numbers, min(block, run.count - start))
        }
      }
      return sums.reduce(0, +)
    }
  }

  /// The factor that brings a gradient of this length to at most `maximum`, as `torch.nn.utils.clip_grad_norm_`.
  public static func clippingScale(norm: Double, maximum: Double) -> Double {
    min(1, maximum / (norm + 1e-6))
  }
}
