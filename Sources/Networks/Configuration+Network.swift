internal import Failures

extension Configuration {
  /// The network of this configuration, in its residual wrapper where it has one.
  ///
  /// - Throws: `Failure` with status 65 where the sizes make no network.
  public func network() throws -> any Network {
    try checkSizes()
    try checkArchitecture()
    let base: any Network =
      switch architecture {
      case .transformer: TransformerNetwork(self)
      case .lstm: LSTMNetwork(self)
      case .gru: GRUNetwork(self)
      case .amn: AttentionMixtureNetwork(self)
      case .mlp: MLPNetwork(self)
      case .rankerTransformer, .rankerLSTM: RankerNetwork(self)
      case .mixtureTransformer, .mixtureLSTM: MixtureNetwork(self)
      case .ridge: RidgeNetwork(self)
      }
    return switch residual {
    case .none: base
    case .last: ResidualNetwork(base)
    case .mean: MeanResidualNetwork(base)
    }
  }

  /// What holds for every architecture that has the size.
  private func checkSizes() throws {
    func check(_ name: String, _ value: Int, _ range: ClosedRange<Int>) throws {
      guard !range.contains(value) else { return }
      throw Failure(.badData, "\(name): expected \(range.lowerBound) to \(range.upperBound), found \(value)")
    }
    try check("dim", dim, 1...65_536)
    try check("context", context, 1...512)
    if hasWidth { try check("width", width, 1...16_384) }
    if hasHidden { try check("hidden", hidden, 1...16_384) }
    if ![.amn, .mlp, .ridge].contains(architecture) { try check("layers", layers, 1...256) }
    if hasHeads { try check("heads", heads, 1...256) }
    guard dropout >= 0, dropout < 1 else {
      throw Failure(.badData, "dropout: expected at least 0 and below 1, found \(dropout)")
    }
  }

  private func checkArchitecture() throws {
    if hasHeads, width % heads != 0 {
      throw Failure(.badData, "heads: expected a divisor of the width \(width), found \(heads)")
    }
    let isMixture = architecture == .mixtureTransformer || architecture == .mixtureLSTM
    let entries = hasWidth ? width : hidden
    if isMixture, entries < 2 {
      throw Failure(
        .badData, "\(hasWidth ? "width" : "hidden"): expected at least 2 for \(architecture.rawValue), found \(entries)"
      )
    }
    if [.mlp, .ridge].contains(architecture), hasPositionalScalar {
      throw Failure(
        .badData, "expected no positional scalar for \(architecture.rawValue), whose every slot has weights of its own")
    }
  }

  private var hasHeads: Bool {
    [.transformer, .rankerTransformer, .mixtureTransformer].contains(architecture)
  }

  private var hasWidth: Bool { hasHeads || architecture == .gru }

  private var hasHidden: Bool { [.lstm, .rankerLSTM, .mixtureLSTM, .amn, .mlp].contains(architecture) }
}
