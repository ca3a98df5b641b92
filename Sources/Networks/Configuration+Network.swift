extension Configuration {
  /// The network of this configuration, in its residual wrapper where it has one.
  ///
  /// - Throws: as `check`.
  public func network() throws -> any Network {
    try check()
    let base: any Network =
      switch architecture {
      case .transformer: TransformerNetwork(self)
      case .lstm: LSTMNetwork(self)
      case .gru: GRUNetwork(self)
      case .amn: AttentionMixtureNetwork(self)
      case .rankerTransformer, .rankerLSTM: RankerNetwork(self)
      case .mixtureTransformer, .mixtureLSTM: MixtureNetwork(self)
      case .ridge: RidgeNetwork(self)
      }
    return isResidual ? ResidualNetwork(base) : base
  }
}
