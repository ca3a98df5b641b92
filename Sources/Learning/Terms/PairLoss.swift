internal import Glibc

/// A loss of two cosines, next = cos(p, n) and other = cos(p, x), with its slopes by them.
struct PairLoss {
  var value: Double
  var byNext: Double
  var byOther: Double

  /// max(0, m − next + other).
  static func hinge(_ next: Double, _ other: Double, margin: Double) -> PairLoss {
    let lack = margin - next + other
    return lack > 0 ? PairLoss(value: lack, byNext: -1, byOther: 1) : PairLoss(value: 0, byNext: 0, byOther: 0)
  }

  /// softplus(γ(m − next + other)) / γ.
  static func smooth(_ next: Double, _ other: Double, margin: Double, gamma: Double) -> PairLoss {
    let x = gamma * (margin - next + other)
    let slope = sigmoid(x)
    return PairLoss(value: softplus(x) / gamma, byNext: -slope, byOther: slope)
  }

  static func * (loss: PairLoss, factor: Double) -> PairLoss {
    PairLoss(value: loss.value * factor, byNext: loss.byNext * factor, byOther: loss.byOther * factor)
  }

  static func + (a: PairLoss, b: PairLoss) -> PairLoss {
    PairLoss(value: a.value + b.value, byNext: a.byNext + b.byNext, byOther: a.byOther + b.byOther)
  }
}

/// log(1 + eˣ), without overflow.
func softplus(_ x: Double) -> Double { max(x, 0) + log1p(exp(-abs(x))) }

/// 1 / (1 + e⁻ˣ), without overflow.
func sigmoid(_ x: Double) -> Double {
  let small = exp(-abs(x))
  return (x >= 0 ? 1 : small) / (1 + small)
}
