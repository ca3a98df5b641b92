/// What a network is: everything its parameters' names and shapes follow from. Written into checkpoints.
public struct Configuration: Hashable, Sendable {
  /// The kinds of network, by the names that checkpoints and `--arch` give them.
  public enum Architecture: String, CaseIterable, Sendable {
    case transformer
    case lstm
    case gru
    case amn
    case mlp
    case rankerTransformer = "ranker-transformer"
    case rankerLSTM = "ranker-lstm"
    case mixtureTransformer = "mixture-transformer"
    case mixtureLSTM = "mixture-lstm"
    case ridge
  }

  /// What a network's output is added to, under the name that checkpoints, recipes and `--residual` give it.
  public enum Residual: String, CaseIterable, Sendable {
    /// Nothing: the output is the prediction.
    case none
    /// The last context chunk (P2): `ResidualNetwork`.
    case last
    /// A weighted mean of the context: `MeanResidualNetwork`.
    case mean
  }

  /// The kind of network.
  public var architecture: Architecture
  /// Entries of a vector.
  public var dim: Int
  /// Chunks of context, 1 to 512.
  public var context: Int
  /// The model width of transformers and grus, d_model.
  public var width = 512
  /// The recurrent width of lstms, the first residual width of amn, and that of mlp.
  public var hidden = 512
  /// Layers or blocks.
  public var layers = 4
  /// Attention heads; they divide the width.
  public var heads = 8
  /// The probability that training zeroes an activation.
  public var dropout = 0.1
  /// What the network adds its output to.
  public var residual = Residual.none
  /// A further input column that tells the position (P5).
  public var hasPositionalScalar = false

  /// The usual sizes of the architecture: 4 layers, 2 of an lstm; dropout 0.1, of an lstm 0.2, of mlp 0.5, of gru, amn and
  /// ridge 0.
  public init(_ architecture: Architecture, dim: Int, context: Int) {
    self.architecture = architecture
    self.dim = dim
    self.context = context
    switch architecture {
    case .lstm: (layers, dropout) = (2, 0.2)
    case .rankerLSTM, .mixtureLSTM: layers = 2
    case .mlp: dropout = 0.5
    case .gru, .amn, .ridge: dropout = 0
    case .transformer, .rankerTransformer, .mixtureTransformer: break
    }
  }

  /// Entries of a context row as the network reads it: one more than `dim` with a positional scalar.
  public var inputWidth: Int { dim + (hasPositionalScalar ? 1 : 0) }
  /// The feed-forward width of transformers.
  public var feedForward: Int { 4 * width }
}
