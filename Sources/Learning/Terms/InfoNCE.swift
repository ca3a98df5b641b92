/// The target among the previous vector, the window's negatives and the batch's other targets (P7; van den Oord, Li and
/// Vinyals, "Representation learning with contrastive predictive coding", 2018).
package struct InfoNCE: LossTerm {
  package static let name = "info-nce"
  package static let definition = "−log softmax of n among n, v, the negatives and the batch's other targets, by cos/T"
  package static let parameters = [TermParameter.temperature]

  private let temperature: Double

  package init(_ parameters: TermParameters) { self.init(temperature: parameters["temperature"]) }
  /// The term with its parameter T.
  package init(temperature: Double) { self.temperature = temperature }

  package var needs: TermNeeds {
    var needs = TermNeeds()
    needs.cross = true
    return needs
  }

  package func evaluate(_ batch: BatchFigures, factor: Double) -> Double {
    batch.ranking(temperature: temperature, others: batch.windows - 1, factor: factor)
  }
}
