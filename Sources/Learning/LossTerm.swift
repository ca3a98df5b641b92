/// The terms that a recipe's loss is a weighted sum of. With p a window's raw output, n its target, v its "previous"
/// vector, c its context and gap = cos(p, n) − cos(p, v); each is a mean over the windows of a batch.
///
/// A vector of length 0 has cosine 0 with everything.
public enum LossTerm: Hashable, Sendable {
  /// The mean squared difference of the entries of p and n.
  case mse
  /// max(0, m − gap) (P2 to P4).
  case directionalHinge(margin: Double)
  /// softplus(γ(m − gap)) / γ (P6b v1).
  case directionalSmooth(margin: Double, gamma: Double = 4)
  /// α · softplus(γ(m_gap − gap))/γ + (1 − α) · softplus(γ(m_ratio − ratio))/γ, where
  /// ratio = gap / (|cos(p, n)| + |cos(p, v)| + 1e-6) (P6b v2.1 and later).
  case gapRatio(gapMargin: Double, ratioMargin: Double = 0.05, gamma: Double = 4, alpha: Double = 0.7)
  /// max(0, τ − cos(p, n))².
  case positiveFloor(threshold: Double)
  /// (‖p‖ − 1)².
  case norm
  /// cos(p, v)².
  case orthogonality
  /// The mean over the context of max(0, m − cos(p, n) + cos(p, cᵢ)).
  case antiCopyHinge(margin: Double)
  /// The sum over the window's futures of max(0, m − cos(p, n) + cos(p, future)).
  case futureMargin(margin: Double)
  /// softplus(γ(cos(p, c[last]) − cos(p, n) + m)), not divided by γ (P5.1).
  case microDirectional(gamma: Double = 5, margin: Double = 0.02)
  /// −log softmax of n among n, v, the window's negatives and the other targets of the batch, by cos/T (P7).
  case infoNCE(temperature: Double = 0.07)
  /// The cross-entropies of the matrix cos(p_i, n_j)/T by rows and by columns, their means added.
  case symmetricInfoNCE(temperature: Double = 0.07)
  /// max(0, m − cos(p, n) + cos(p, v)) (P7, P8): the directional hinge under its name there.
  case previousRepel(margin: Double = 0.07)
  /// The mean of 1 − cos(p, n) over the windows where cos(p, n) is below the threshold; 0 where there are none (P7).
  case teacherPull(threshold: Double = 0.20)
  /// As `infoNCE`, but with no more than `others` of the other targets: those of the windows that follow in the batch,
  /// the first after the last (P8).
  case listwise(temperature: Double = 0.07, others: Int = 30)
  /// The mean squared differences of the columns' means, and of their unbiased standard deviations, between p and n.
  case moment
  /// The mean over columns of max(0, 1 − the unbiased standard deviation of p).
  case variance
}
