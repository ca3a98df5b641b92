/// Smooth hinges on the gap and on its ratio to the size of both cosines (P6b v2.1 and later).
package struct DirectionalGapRatio: LossTerm {
  package static let name = "directional-gap-ratio"
  package static let definition =
    "α·softplus(γ(`gap_margin` − gap))/γ + (1 − α)·softplus(γ(`ratio_margin` − ratio))/γ, "
    + "ratio = gap / (\\|cos(p, n)\\| + \\|cos(p, v)\\| + 1e-6)"
  package static let parameters = [
    TermParameter.margin("gap_margin"), .margin("ratio_margin", default: 0.05), .gamma(default: 4),
    TermParameter("alpha", in: 0...1, default: 0.7),
  ]

  private let gapMargin, ratioMargin, gamma, alpha: Double

  package init(_ parameters: TermParameters) {
    self.init(
      gapMargin: parameters["gap_margin"], ratioMargin: parameters["ratio_margin"], gamma: parameters["gamma"],
      alpha: parameters["alpha"])
  }
  /// The term with its parameters.
  package init(gapMargin: Double, ratioMargin: Double, gamma: Double, alpha: Double) {
    (self.gapMargin, self.ratioMargin, self.gamma, self.alpha) = (gapMargin, ratioMargin, gamma, alpha)
  }

  package func evaluate(_ batch: BatchFigures, factor: Double) -> Double {
    batch.pairs(with: .previous, factor: factor) {
      .smooth($0, $1, margin: gapMargin, gamma: gamma) * alpha + ratio($0, $1) * (1 - alpha)
    }
  }

  /// softplus(γ(m_ratio − ratio)) / γ, ratio = (next − other) / (|next| + |other| + 1e-6).
  private func ratio(_ next: Double, _ other: Double) -> PairLoss {
    let size = abs(next) + abs(other) + 1e-6
    let ratio = (next - other) / size
    let x = gamma * (ratioMargin - ratio)
    let slope = sigmoid(x)
    return PairLoss(
      value: softplus(x) / gamma, byNext: -slope * (1 - ratio * sign(next)) / size,
      byOther: -slope * (-1 - ratio * sign(other)) / size)
  }

  /// −1, 0 or 1: the slope of |x|, 0 at 0 as in PyTorch.
  private func sign(_ x: Double) -> Double { x > 0 ? 1 : x < 0 ? -1 : 0 }
}
