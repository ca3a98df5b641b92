/// Numbers with a shape, for tensors that are in no layout.
public struct Tensor: Hashable, Sendable {
  /// Its dimensions; [] for a scalar.
  public let shape: [Int]
  /// The numbers in row-major order.
  public var numbers: [Float]

  /// A tensor with as many numbers as the product of its dimensions.
  public init(shape: [Int], numbers: [Float]) {
    precondition(shape.reduce(1, *) == numbers.count, "\(numbers.count) numbers for the shape \(shape)")
    self.shape = shape
    self.numbers = numbers
  }
}
