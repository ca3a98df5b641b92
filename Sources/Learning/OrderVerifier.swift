public import Kernels
public import Networks
internal import Vectors

/// The auxiliary head of P8: does b come after a? A perceptron on [a, b, a∘b, a−b], 4D → 256 → 128 → 1, with ReLU and
/// dropout after each but the last.
///
/// It reads chunks of the text and no output of the model, so that the model gets no gradient from it.
public struct OrderVerifier: Hashable, Sendable {
  /// The entries of a vector.
  public let dim: Int
  /// The probability that training zeroes an activation.
  public let dropout: Double
  /// Its parameters, with the names of the PyTorch module.
  public let layout: ParameterLayout
  let layers: [LinearParameters]
  let hidden: [Int]

  /// - Parameters:
  ///   - dim: entries of a chunk's vector.
  ///   - hidden: the widths between.
  ///   - dropout: the probability that training zeroes an activation.
  public init(dim: Int, hidden: (Int, Int) = (256, 128), dropout: Double = 0.1) {
    self.dim = dim
    self.dropout = dropout
    self.hidden = [hidden.0, hidden.1]
    var layout = ParameterLayout()
    // The numbers between are those of ReLU and dropout in PyTorch's `Sequential`.
    layers = [
      layout.addLinear("mlp.0", inputs: 4 * dim, outputs: hidden.0),
      layout.addLinear("mlp.3", inputs: hidden.0, outputs: hidden.1),
      layout.addLinear("mlp.6", inputs: hidden.1, outputs: 1),
    ]
    self.layout = layout
  }

  /// Buffers for batches of up to `capacity` windows.
  public func makeWorkspace<Scalar: Real>(_ type: Scalar.Type, capacity: Int) -> OrderVerifierWorkspace<Scalar> {
    OrderVerifierWorkspace(self, capacity: capacity)
  }
}

/// One batch's way through an order verifier: two pairs a window, each of the target and a random chunk of the context,
/// in random order.
public final class OrderVerifierWorkspace<Scalar: Real> {
  private let verifier: OrderVerifier
  private let arena = Arena<Scalar>()
  /// (pairs, 4 · dim), and the activations after each layer.
  private let features, first, second, logits: Matrix<Scalar>
  private let firstGradient, secondGradient, logitGradient: Matrix<Scalar>
  /// Of each pair: whether b comes after a.
  private var isForward: [Bool]
  private var pairs = 0
  private var noise: Noise?

  fileprivate init(_ verifier: OrderVerifier, capacity: Int) {
    self.verifier = verifier
    let pairs = 2 * capacity
    features = arena.matrix(rows: pairs, columns: 4 * verifier.dim)
    first = arena.matrix(rows: pairs, columns: verifier.hidden[0])
    second = arena.matrix(rows: pairs, columns: verifier.hidden[1])
    logits = arena.matrix(rows: pairs, columns: 1)
    firstGradient = arena.matrix(rows: pairs, columns: verifier.hidden[0])
    secondGradient = arena.matrix(rows: pairs, columns: verifier.hidden[1])
    logitGradient = arena.matrix(rows: pairs, columns: 1)
    isForward = Array(repeating: false, count: pairs)
  }
}

extension OrderVerifierWorkspace {
  /// Draws the pairs of a batch.
  ///
  /// - Parameters:
  ///   - target: (n, dim).
  ///   - contexts: (context · n, dim), position-major.
  ///   - noise: of the step; pairs follow from it and the window's number.
  public func load(target: Matrix<Scalar>, contexts: Matrix<Scalar>, noise: Noise) {
    let windows = target.rows
    precondition(2 * windows <= isForward.count, "a batch that fits")
    guard windows > 0 else { return pairs = 0 }
    let slots = contexts.rows / windows
    let draw = noise.site(.orderPairs)
    for window in 0..<windows {
      var generator = draw.generator(window)
      for pair in 0..<2 {
        let chunk = contexts.rows(generator.index(below: slots) * windows + window)
        set(2 * window + pair, chunk, target.rows(window), isForward: generator.next() & 1 == 1)
      }
    }
    finishPairs(2 * windows, noise: noise)
  }

  /// Makes pair `pair` of an earlier and a later chunk: (earlier, later) where it is forward, else (later, earlier).
  func set(_ pair: Int, _ earlier: Matrix<Scalar>, _ later: Matrix<Scalar>, isForward: Bool) {
    let row = features.rows(pair)
    row.columns(0..<verifier.dim).copy(from: isForward ? earlier : later)
    row.columns(verifier.dim..<2 * verifier.dim).copy(from: isForward ? later : earlier)
    self.isForward[pair] = isForward
  }

  /// - Parameter noise: for dropout; nil for none.
  func finishPairs(_ count: Int, noise: Noise?) {
    pairs = count
    self.noise = noise
    PairFeatures.complete(features.first(count))
  }

  /// Binary cross-entropy with logits, its mean over the pairs, and the share of pairs on whose side the logit is.
  public func forward(_ parameters: Parameters<Scalar>) -> (value: Double, accuracy: Double) {
    guard pairs > 0 else { return (0, 0) }
    RectifiedLinear.forward(
      features.first(pairs), parameters.linear(verifier.layers[0]), into: first.first(pairs), dropout: dropout(0))
    RectifiedLinear.forward(
      first.first(pairs), parameters.linear(verifier.layers[1]), into: second.first(pairs), dropout: dropout(1))
    parameters.linear(verifier.layers[2]).forward(second.first(pairs), into: logits.first(pairs))
    var sum = 0.0
    var right = 0
    for pair in 0..<pairs {
      let logit = Double(logits[pair, 0])
      sum += softplus(isForward[pair] ? -logit : logit)
      if (logit > 0) == isForward[pair] { right += 1 }
    }
    return (sum / Double(pairs), Double(right) / Double(pairs))
  }

  /// The gradients of `weight` times the value that the last `forward` gave, of the same parameters.
  public func backward(
    _ parameters: Parameters<Scalar>, weight: Double, into gradients: Parameters<Scalar>, adding: Bool = false
  ) {
    guard pairs > 0 else { return }
    for pair in 0..<pairs {
      let slope = sigmoid(Double(logits[pair, 0])) - (isForward[pair] ? 1 : 0)
      logitGradient[pair, 0] = Scalar(weight * slope / Double(pairs))
    }
    let (d1, d2, d3) = (firstGradient.first(pairs), secondGradient.first(pairs), logitGradient.first(pairs))
    let (h1, h2) = (first.first(pairs), second.first(pairs))
    let (place0, place1, place2) = (verifier.layers[0], verifier.layers[1], verifier.layers[2])
    let (linear1, linear2) = (parameters.linear(place1), parameters.linear(place2))
    linear2.backward(d3, h2, into: nil, gradients: gradients.linear(place2), adding: adding)
    RectifiedLinear.backward(d3, linear2, h2, into: d2, dropout: dropout(1))
    linear1.backward(d2, h1, into: nil, gradients: gradients.linear(place1), adding: adding)
    RectifiedLinear.backward(d2, linear1, h1, into: d1, dropout: dropout(0))
    parameters.linear(place0).backward(
      d1, features.first(pairs), into: nil, gradients: gradients.linear(place0), adding: adding)
  }

  private func dropout(_ layer: Int) -> Dropout? {
    guard let noise else { return nil }
    return Dropout(noise.site(.orderVerifier), site: layer, rate: verifier.dropout)
  }
}

extension Matrix {
  /// One row.
  fileprivate func rows(_ row: Int) -> Matrix { rows(row..<row + 1) }
}
