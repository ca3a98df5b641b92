internal import Kernels

/// A stack of LSTM layers named "lstm", with dropout between them; the features are the last layer's output at the last
/// chunk.
struct LSTMEncoder: Encoder {
  let configuration: Configuration
  let layers: [RecurrentParameters]

  init(_ layout: inout ParameterLayout, _ configuration: Configuration) {
    precondition(configuration.layers > 0, "an encoder without layers")
    self.configuration = configuration
    var layers: [RecurrentParameters] = []
    for layer in 0..<configuration.layers {
      let inputs = layer == 0 ? configuration.inputWidth : configuration.hidden
      layers.append(
        layout.addRecurrent("lstm", layer: layer, gates: 4, inputs: inputs, hidden: configuration.hidden))
    }
    self.layers = layers
  }

  var width: Int { configuration.hidden }

  func makeWorkspace<Scalar: Real>(
    _ type: Scalar.Type, capacity: Int, training: Bool, contextGradient: Bool
  ) -> any EncoderWorkspace<Scalar> {
    LSTMEncoderWorkspace<Scalar>(self, capacity: capacity, training: training, contextGradient: contextGradient)
  }
}

private final class LSTMEncoderWorkspace<Scalar: Real>: EncoderWorkspace {
  private let encoder: LSTMEncoder
  private let arena = Arena<Scalar>()
  let contexts: Matrix<Scalar>
  let features: Matrix<Scalar>
  let featureGradient: Matrix<Scalar>
  let contextGradient: Matrix<Scalar>?
  private let states: [LSTM<Scalar>.State]
  /// Every layer's output as the next one reads it in training, where dropout has zeroed some of it.
  private let dropped: [Matrix<Scalar>]
  /// Outside training, where windows come in order, for the first layer: most of its rows are those of neighbours too.
  private let repeated: RepeatedRows<Scalar>?
  /// The gradient by the output of the layer at hand.
  private let hiddenGradient: Matrix<Scalar>

  init(_ encoder: LSTMEncoder, capacity: Int, training: Bool, contextGradient: Bool) {
    self.encoder = encoder
    let (arena, configuration) = (arena, encoder.configuration)
    let (steps, hidden) = (configuration.context, configuration.hidden)
    let rows = steps * capacity
    contexts = arena.matrix(rows: rows, columns: configuration.inputWidth)
    features = arena.matrix(rows: capacity, columns: hidden)
    featureGradient = arena.matrix(rows: training ? capacity : 0, columns: hidden)
    self.contextGradient =
      contextGradient ? arena.matrix(rows: rows, columns: configuration.inputWidth) : nil
    states = encoder.layers.map { _ in
      LSTM<Scalar>.State(arena, steps: steps, capacity: capacity, hidden: hidden, training: training)
    }
    let drops = training && configuration.dropout > 0
    dropped = encoder.layers.dropLast().map { _ in arena.matrix(rows: drops ? rows : 0, columns: hidden) }
    repeated =
      training
      ? nil : RepeatedRows(arena, capacity: rows, inputs: configuration.inputWidth, outputs: 4 * hidden)
    hiddenGradient = arena.matrix(rows: training ? rows : 0, columns: hidden)
  }

  func forward(_ parameters: Parameters<Scalar>, windows: Int, options: ForwardOptions) {
    let rows = encoder.configuration.context * windows
    PositionalColumn.fill(contexts, encoder.configuration, windows: windows, scale: options.positionalScale)
    for (layer, index) in encoder.layers.enumerated() {
      if layer > 0, let dropout = dropout(into: layer, options) {
        dropout.apply(states[layer - 1].hiddens.first(rows), into: dropped[layer - 1].first(rows))
      }
      parameters.lstm(index).forward(
        input(of: layer, rows, options), windows: windows, states[layer], repeated: layer == 0 ? repeated : nil)
    }
    let output = states[states.count - 1].hiddens
    features.first(windows).copy(from: output.rows(rows - windows..<rows))
  }

  func backward(
    _ parameters: Parameters<Scalar>, windows: Int, options: ForwardOptions, into gradients: Parameters<Scalar>,
    adding: Bool
  ) {
    let rows = encoder.configuration.context * windows
    let gradient = hiddenGradient.first(rows)
    gradient.rows(rows - windows..<rows).copy(from: featureGradient.first(windows))
    for (layer, index) in encoder.layers.enumerated().reversed() {
      parameters.lstm(index).backward(
        input(of: layer, rows, options), windows: windows, states[layer],
        .init(gradient, isOfLastStep: layer == encoder.layers.count - 1),
        into: layer > 0 ? gradient : contextGradient?.first(rows),
        gradients: gradients.lstm(index), adding: adding)
      if layer > 0 { dropout(into: layer, options)?.apply(gradient, into: gradient) }
    }
  }

  private func dropout(into layer: Int, _ options: ForwardOptions) -> Dropout? {
    Dropout(options.noise, site: layer, rate: encoder.configuration.dropout)
  }

  private func input(of layer: Int, _ rows: Int, _ options: ForwardOptions) -> Matrix<Scalar> {
    if layer == 0 { return contexts.first(rows) }
    if dropout(into: layer, options) != nil { return dropped[layer - 1].first(rows) }
    return states[layer - 1].hiddens.first(rows)
  }
}
