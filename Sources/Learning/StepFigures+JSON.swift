public import JSON

extension StepFigures {
  /// The fields of a line.
  public var fields: [String: JSON] {
    [
      "loss": .figure(loss), "terms": .object(terms.mapValues { .figure($0) }),
      "lambda": .object(weights.mapValues { .figure($0) }), "rho": .figure(ratio), "confidence": .figure(confidence),
      "skipped": .integer(Int64(skipped)), "cos_next": .figure(cosineNext), "cos_prev": .figure(cosinePrevious),
      "cos_last": .figure(cosineLast), "cos_anchor": .figure(cosineAnchor), "margin": .figure(margin),
      "grad_norm": .figure(gradientNorm),
    ]
  }
}

extension ValidationFigures {
  /// The fields of `val`.
  public var json: JSON {
    [
      "windows": .integer(Int64(windows)), "cos_next": .figure(cosineNext), "cos_prev": .figure(cosinePrevious),
      "cos_last": .figure(cosineLast), "cos_anchor": .figure(cosineAnchor), "margin": .figure(margin),
      "mse": .figure(error), "r_at_5": .figure(recall),
    ]
  }

  /// Reads what `json` wrote; nil where a figure is missing.
  public init?(_ json: JSON) {
    func number(_ key: String) -> Double? { json[key]?.double }
    guard let windows = json["windows"]?.int, let next = number("cos_next"), let previous = number("cos_prev"),
      let last = number("cos_last"), let anchor = number("cos_anchor"), let error = number("mse"),
      let recall = number("r_at_5")
    else { return nil }
    self.init(
      windows: windows, cosineNext: next, cosinePrevious: previous, cosineLast: last, cosineAnchor: anchor,
      error: error, recall: recall)
  }
}
