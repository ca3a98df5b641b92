internal import Kernels

/// Where the parameters of one recurrent layer are.
struct RecurrentParameters: Hashable, Sendable {
  let inputWeight: ParameterIndex
  let hiddenWeight: ParameterIndex
  let inputBias: ParameterIndex
  let hiddenBias: ParameterIndex
}

extension ParameterLayout {
  /// Adds one layer of a `torch.nn.LSTM` (4 gates) or `torch.nn.GRU` (3), all uniform in ±1/√hidden.
  ///
  /// - Parameters:
  ///   - name: of the module.
  ///   - layer: its number in the module.
  mutating func addRecurrent(_ name: String, layer: Int, gates: Int, inputs: Int, hidden: Int) -> RecurrentParameters {
    let initializer = Initializer.uniform(1 / Double(hidden).squareRoot())
    return RecurrentParameters(
      inputWeight: add("\(name).weight_ih_l\(layer)", [gates * hidden, inputs], initializer),
      hiddenWeight: add("\(name).weight_hh_l\(layer)", [gates * hidden, hidden], initializer),
      inputBias: add("\(name).bias_ih_l\(layer)", [gates * hidden], initializer),
      hiddenBias: add("\(name).bias_hh_l\(layer)", [gates * hidden], initializer))
  }
}

extension Parameters {
  func lstm(_ index: RecurrentParameters) -> LSTM<Scalar> {
    LSTM(
      inputWeight: self[index.inputWeight], hiddenWeight: self[index.hiddenWeight], inputBias: self[index.inputBias],
      hiddenBias: self[index.hiddenBias])
  }

  func gru(_ index: RecurrentParameters) -> GRU<Scalar> {
    GRU(
      inputWeight: self[index.inputWeight], hiddenWeight: self[index.hiddenWeight], inputBias: self[index.inputBias],
      hiddenBias: self[index.hiddenBias])
  }
}
