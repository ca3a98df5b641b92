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
    var members: [String: JSON] = [
      "windows": .integer(Int64(windows)), "cos_next": .figure(cosineNext), "cos_prev": .figure(cosinePrevious),
      "cos_last": .figure(cosineLast), "cos_anchor": .figure(cosineAnchor), "margin": .figure(margin),
      "mse": .figure(error), "r_at_5": .figure(recall),
    ]
    if let spread { members["spread"] = .figure(spread) }
    if let contextUse { members["context_use"] = contextUse.json }
    if !baselines.isEmpty { members["baselines"] = .object(baselines.mapValues(\.json)) }
    return .object(members)
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
    spread = number("spread")
    contextUse = json["context_use"].flatMap { ContextUse($0) }
    for (name, value) in json["baselines"]?.object ?? [:] { baselines[name] = Baseline(value) }
  }
}

extension ValidationFigures.Baseline {
  fileprivate var json: JSON {
    [
      "cos_next": .figure(cosineNext), "cos_prev": .figure(cosinePrevious), "cos_last": .figure(cosineLast),
      "margin": .figure(margin),
    ]
  }

  fileprivate init?(_ json: JSON) {
    guard let next = json["cos_next"]?.double, let previous = json["cos_prev"]?.double,
      let last = json["cos_last"]?.double
    else { return nil }
    self.init(cosineNext: next, cosinePrevious: previous, cosineLast: last)
  }
}

extension ValidationFigures.ContextUse {
  fileprivate var json: JSON { ["reversed": reversed.json, "other": other.json] }

  fileprivate init?(_ json: JSON) {
    guard let reversed = json["reversed"].flatMap({ ValidationFigures.Change($0) }),
      let other = json["other"].flatMap({ ValidationFigures.Change($0) })
    else { return nil }
    self.init(reversed: reversed, other: other)
  }
}

extension ValidationFigures.Change {
  fileprivate var json: JSON { ["mean": .figure(mean), "error": .figure(error)] }

  fileprivate init?(_ json: JSON) {
    guard let mean = json["mean"]?.double, let error = json["error"]?.double else { return nil }
    self.init(mean: mean, error: error)
  }
}
