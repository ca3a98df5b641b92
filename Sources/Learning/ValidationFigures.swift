/// What a model's predictions of a validation stream are worth, as means over its windows.
public struct ValidationFigures: Hashable, Sendable {
  /// The number of windows.
  public var windows: Int
  /// Mean cosines of the output with the target, the previous vector, the last context vector and the centroid.
  public var cosineNext: Double
  /// Mean cosine with the previous vector.
  public var cosinePrevious: Double
  /// Mean cosine with the last context vector.
  public var cosineLast: Double
  /// Mean cosine with the context's mean.
  public var cosineAnchor: Double
  /// The mean squared error of the unit output.
  public var error: Double
  /// The share of windows whose target is among the five targets nearest to the output, of those of 256 consecutive
  /// windows.
  public var recall: Double

  /// cos_next − cos_prev.
  public var margin: Double { cosineNext - cosinePrevious }
}
