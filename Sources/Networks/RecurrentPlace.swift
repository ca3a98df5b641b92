internal import Kernels

/// Where the parameters of one recurrent layer are.
struct RecurrentPlace: Hashable, Sendable {
  let inputWeight: ParameterLayout.Place
  let hiddenWeight: ParameterLayout.Place
  let inputBias: ParameterLayout.Place
  let hiddenBias: ParameterLayout.Place
}

extension ParameterLayout {
  /// Adds one layer of a `torch.nn.LSTM` (4 gates) or `torch.nn.GRU` (3), all uniform in ±1/√hidden.
  ///
  /// - Parameters:
  ///   - name: of the module.
  ///   - layer: its number in the module.
  mutating func addRecurrent(_ name: String, layer: Int, gates: Int, inputs: Int, hidden: Int) -> RecurrentPlace {
    let start = Start.uniform(1 / Double(hidden).squareRoot())
    return RecurrentPlace(
      inputWeight: add("\(name).weight_ih_l\(layer)", [gates * hidden, inputs], start),
      hiddenWeight: add("\(name).weight_hh_l\(layer)", [gates * hidden, hidden], start),
      inputBias: add("\(name).bias_ih_l\(layer)", [gates * hidden], start),
      hiddenBias: add("\(name).bias_hh_l\(layer)", [gates * hidden], start))
  }
}

extension Parameters {
  func lstm(_ place: RecurrentPlace) -> LSTM<Scalar> {
    LSTM(
      inputWeight: self[place.inputWeight], hiddenWeight: self[place.hiddenWeight], inputBias: self[place.inputBias],
      hiddenBias: self[place.hiddenBias])
  }

  func gru(_ place: RecurrentPlace) -> GRU<Scalar> {
    GRU(
      inputWeight: self[place.inputWeight], hiddenWeight: self[place.hiddenWeight], inputBias: self[place.inputBias],
      hiddenBias: self[place.hiddenBias])
  }
}
