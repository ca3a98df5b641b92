extension Configuration {
  /// The network of this configuration; nil where there is none.
  public func network() -> (any Network)? {
    switch architecture {
    case .transformer: TransformerNetwork(self)
    case .lstm: LSTMNetwork(self)
    case .gru: GRUNetwork(self)
    default: nil
    }
  }
}
