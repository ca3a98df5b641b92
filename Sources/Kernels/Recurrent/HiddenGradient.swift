/// The loss's gradient by the hiddens of a recurrent layer.
public struct HiddenGradient<Scalar: Real> {
  /// (steps · windows, hidden). The way back overwrites it with the gradient through all later steps.
  let rows: Matrix<Scalar>
  /// Whether only the last step's rows hold something; the others are then not read.
  let isOfLastStep: Bool

  /// - Parameters:
  ///   - rows: (steps · windows, hidden), overwritten on the way back.
  ///   - isOfLastStep: whether only the last step's rows hold something.
  public init(_ rows: Matrix<Scalar>, isOfLastStep: Bool) { (self.rows, self.isOfLastStep) = (rows, isOfLastStep) }
}
