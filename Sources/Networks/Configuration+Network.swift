extension Configuration {
  public func network() throws -> any Network {
    switch architecture {
    case .transformer: TransformerNetwork(self)
    default: LSTMNetwork(self)
    }
  }
}
