internal import Kernels

/// The cross-entropies of the batch's matrix of cosines by rows and by columns, their means added (Radford et al.,
/// "Learning transferable visual models from natural language supervision", 2021, without the half).
package struct SymmetricInfoNCE: LossTerm {
  package static let name = "symmetric-info-nce"
  package static let definition = "the cross-entropies of the batch's matrix of cos/T, by rows and by columns"
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
    let windows = batch.windows
    guard windows > 0 else { return 0 }
    var sum = 0.0
    for own in 0..<windows {
      let weight = batch.weights[0, own]
      let share = factor * weight / Double(windows) / temperature
      for isByRow in [true, false] {
        let scores = batch.scores(windows) { isByRow ? batch.cross[own, $0] : batch.cross[$0, own] }
        sum += weight * BatchFigures.softmax(scores, of: own, temperature)
        for other in 0..<windows {
          let slope = share * (scores[0, other] - (other == own ? 1 : 0))
          if isByRow { batch.crossSlopes[own, other] += slope } else { batch.crossSlopes[other, own] += slope }
        }
      }
    }
    return sum / Double(windows)
  }
}
