/// Where the gradient of an input goes.
public struct GradientTarget<Scalar: Real> {
  /// Shaped as the input.
  public let matrix: Matrix<Scalar>
  /// Whether the gradient is added to what the matrix holds; else it is overwritten.
  public let adding: Bool

  private init(_ matrix: Matrix<Scalar>, adding: Bool) { (self.matrix, self.adding) = (matrix, adding) }

  /// Overwrites what the matrix holds.
  public static func overwriting(_ matrix: Matrix<Scalar>) -> GradientTarget { .init(matrix, adding: false) }

  /// Adds to what the matrix holds.
  public static func adding(to matrix: Matrix<Scalar>) -> GradientTarget { .init(matrix, adding: true) }
}
