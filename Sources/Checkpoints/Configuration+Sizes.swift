public import Networks

extension Configuration {
  /// A size from which the shapes of an architecture's tensors follow, under its name in files and reports.
  public enum Size: String, CaseIterable, Sendable {
    /// Entries of a vector.
    case dim
    /// Chunks of a context.
    case context
    /// Width of the layers between input and output.
    case width
    /// Hidden units of a recurrent or feed-forward layer.
    case hidden
    /// How many layers or blocks there are.
    case layers
    /// Heads of attention.
    case heads

    /// The accepted values: larger than any in use, and too small for arithmetic on shapes to overflow.
    public var range: ClosedRange<Int> {
      switch self {
      case .dim: 1...65536
      case .context: 1...512
      case .width, .hidden: 1...16384
      case .layers, .heads: 1...256
      }
    }
  }

  /// The value of a size, also of one that the architecture lacks.
  public subscript(size: Size) -> Int {
    get {
      switch size {
      case .dim: dim
      case .context: context
      case .width: width
      case .hidden: hidden
      case .layers: layers
      case .heads: heads
      }
    }
    set {
      switch size {
      case .dim: dim = newValue
      case .context: context = newValue
      case .width: width = newValue
      case .hidden: hidden = newValue
      case .layers: layers = newValue
      case .heads: heads = newValue
      }
    }
  }

  /// The sizes that the architecture has; it ignores the others.
  public var sizes: [Size] {
    switch architecture {
    case .transformer, .rankerTransformer, .mixtureTransformer: [.dim, .context, .width, .layers, .heads]
    case .lstm, .rankerLSTM, .mixtureLSTM: [.dim, .context, .hidden, .layers]
    case .gru: [.dim, .context, .width, .layers]
    case .amn, .mlp: [.dim, .context, .hidden]
    case .ridge: [.dim, .context]
    }
  }

  /// The first difference from another configuration: `width: 512 and 256`; nil where they are equal.
  public func difference(from other: Configuration) -> String? {
    func line(_ name: String, _ one: some CustomStringConvertible, _ two: some CustomStringConvertible) -> String? {
      one.description == two.description ? nil : "\(name): \(one) and \(two)"
    }
    return line("architecture", architecture.rawValue, other.architecture.rawValue)
      ?? sizes.lazy.compactMap { line($0.rawValue, self[$0], other[$0]) }.first
      ?? line("dropout", dropout, other.dropout) ?? line("residual", residual.rawValue, other.residual.rawValue)
      ?? line("positional_scalar", hasPositionalScalar, other.hasPositionalScalar)
  }
}
