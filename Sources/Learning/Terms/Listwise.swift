/// As InfoNCE, with a limited number of the batch's other targets: those of the windows that follow in the batch, the
/// first after the last (P8).
package struct Listwise: LossTerm {
  package static let name = "listwise"
  package static let definition = "as `info-nce`, with at most `others` other targets"
  package static let parameters = [
    TermParameter.temperature, TermParameter("others", in: 0...4096, default: 30, isWhole: true),
  ]

  private let temperature: Double
  private let others: Int

  package init(_ parameters: TermParameters) {
    self.init(temperature: parameters["temperature"], others: Int(parameters["others"]))
  }
  /// The term with its parameters.
  package init(temperature: Double, others: Int) { (self.temperature, self.others) = (temperature, others) }

  package var needs: TermNeeds {
    var needs = TermNeeds()
    needs.cross = true
    return needs
  }

  package func evaluate(_ batch: BatchFigures, factor: Double) -> Double {
    batch.ranking(temperature: temperature, others: min(others, batch.windows - 1), factor: factor)
  }
}
