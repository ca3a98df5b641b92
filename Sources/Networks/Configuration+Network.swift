extension Configuration {
  /// The network of this configuration; nil where there is none.
  public func network() -> (any Network)? {
    let base: (any Network)? =
      switch architecture {
      case .transformer: TransformerNetwork(self)
      case .lstm: LSTMNetwork(self)
      case .gru: nil
      case .amn: AttentionMixtureNetwork(self)
      case .rankerTransformer, .rankerLSTM: RankerNetwork(self)
      case .mixtureTransformer, .mixtureLSTM: MixtureNetwork(self)
      case .ridge: RidgeNetwork(self)
      }
    return isResidual ? base.map { ResidualNetwork($0) } : base
  }
}
