internal import Failures
internal import Networks

/// Recognizes a network by the names and shapes of its tensors, as PyTorch saves them, without any metadata.
struct Recognition {
  private let file: TensorFile
  /// `base.` where the network is wrapped in a residual one, else empty.
  private let prefix: String

  init(_ file: TensorFile) {
    self.file = file
    prefix = file["alpha"] != nil && file.tensors.contains { $0.name.hasPrefix("base.") } ? "base." : ""
  }

  /// Tensors that identify an architecture: those further down the list lack one of them.
  private static let signatures: [(architecture: Configuration.Architecture, names: [String])] = [
    (.transformer, ["transformer_decoder.layers.0.linear1.weight"]),
    (.rankerTransformer, ["anchor_lambda_logit", "transformer.layers.0.linear1.weight"]),
    (.rankerLSTM, ["anchor_lambda_logit", "lstm.weight_ih_l0"]),
    (.mixtureTransformer, ["context_attention.0.weight", "transformer.layers.0.linear1.weight"]),
    (.mixtureLSTM, ["context_attention.0.weight", "lstm.weight_ih_l0"]),
    (.gru, ["blocks.0.gru.weight_ih_l0"]),
    (.lstm, ["lstm.weight_ih_l0", "output_proj.weight"]),
    (.amn, ["context_encoder.weight"]), (.mlp, ["net.0.weight", "net.3.weight"]), (.ridge, ["weight", "bias"]),
  ]

  var architecture: Configuration.Architecture? {
    Self.signatures.first { signature in signature.names.allSatisfy { file[prefix + $0] != nil } }?.architecture
  }

  /// The configuration as far as shapes determine it; the rest has default values, 5 context chunks and 8 heads.
  func configuration(of architecture: Configuration.Architecture) -> Configuration {
    var found = Configuration(architecture, dim: 0, context: 5)
    found.residual = prefix.isEmpty ? .none : file["slots"] == nil ? .last : .mean
    let input = input(of: architecture)
    switch architecture {
    case .mixtureTransformer, .mixtureLSTM:
      // Their output is a mixture of the context chunks: the input has no further column.
      found.dim = input ?? 0
      found.context = size(0, of: "context_attention.3.weight") ?? found.context
    case .ridge, .mlp:
      let isRidge = architecture == .ridge
      found.dim = size(0, of: isRidge ? "bias" : "net.3.bias") ?? 0
      if found.dim > 0, let inputs = size(1, of: isRidge ? "weight" : "net.0.weight") {
        found.context = inputs / found.dim
      }
    default: found.dim = size(0, of: output(of: architecture)) ?? 0
    }
    if let input { found.hasPositionalScalar = input - 1 == found.dim }
    found.width = size(0, of: "input_proj.weight") ?? found.width
    found.hidden =
      size(1, of: "lstm.weight_hh_l0") ?? size(0, of: "residual_net.0.weight")
      ?? size(0, of: "net.0.weight") ?? found.hidden
    found.layers = layers(of: architecture) ?? found.layers
    return found
  }

  private func size(_ dimension: Int, of name: String) -> Int? {
    guard let shape = file[prefix + name]?.shape, dimension < shape.count else { return nil }
    return shape[dimension]
  }

  private func input(of architecture: Configuration.Architecture) -> Int? {
    size(1, of: "input_proj.weight") ?? size(1, of: "lstm.weight_ih_l0") ?? size(1, of: "context_encoder.weight")
  }

  private func output(of architecture: Configuration.Architecture) -> String {
    switch architecture {
    case .lstm, .gru: "output_proj.weight"
    case .amn: "residual_net.6.weight"
    case .mlp: "net.3.weight"
    default: "head.3.weight"
    }
  }

  private func layers(of architecture: Configuration.Architecture) -> Int? {
    let (before, after) =
      switch architecture {
      case .transformer: ("transformer_decoder.layers.", ".linear1.weight")
      case .rankerTransformer, .mixtureTransformer: ("transformer.layers.", ".linear1.weight")
      case .gru: ("blocks.", ".gru.weight_ih_l0")
      case .lstm, .rankerLSTM, .mixtureLSTM: ("lstm.weight_ih_l", "")
      case .amn, .mlp, .ridge: ("", "")
      }
    guard !before.isEmpty else { return nil }
    // One layer more than the range allows is enough for the sizes to be rejected.
    return (0...Configuration.Size.layers.range.upperBound).first { file["\(prefix)\(before)\($0)\(after)"] == nil }
  }
}
