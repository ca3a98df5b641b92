internal import Glibc
public import Kernels
internal import Vectors

/// Numbers in the shape of a layout: parameters, their gradients, or moments.
public final class Parameters<Scalar: Real> {
  /// Names, shapes and places.
  public let layout: ParameterLayout
  private let arena = Arena<Scalar>()
  /// (1, layout.count): all of them in one run, so that an optimizer is a single loop. Gaps between entries are 0.
  public let all: Matrix<Scalar>

  /// Zeros.
  public init(_ layout: ParameterLayout) {
    self.layout = layout
    all = arena.matrix(rows: 1, columns: layout.count)
  }

  /// One entry as a matrix: (out, in) for a weight, (1, n) for a bias.
  public subscript(index: ParameterIndex) -> Matrix<Scalar> {
    let entry = layout.entries[index]
    return all.columns(entry.offset..<entry.offset + entry.count)
      .reshaped(rows: entry.rows, columns: entry.columns)
  }

  /// A linear map with its parameters, or its gradients.
  public func linear(_ index: LinearParameters) -> Linear<Scalar> {
    Linear(weight: self[index.weight], bias: self[index.bias])
  }

  /// Initializes every entry: the same numbers for the same seed, whatever else the layout holds.
  public func initialize(seed: UInt64) {
    for index in layout.entries.indices { initialize(index, seed: seed) }
  }

  /// Initializes one entry.
  public func initialize(_ index: ParameterIndex, seed: UInt64 = 0) {
    let entry = layout.entries[index]
    var generator = SeededGenerator(seed: seed, stream: Self.hash(entry.name))
    let numbers = self[index].entries
    switch entry.initializer {
    case .constant(let value): numbers.update(repeating: Scalar(value))
    case .uniform(let bound): for i in numbers.indices { numbers[i] = Scalar((2 * generator.uniform() - 1) * bound) }
    case .normal(let deviation): for i in numbers.indices { numbers[i] = Scalar(generator.gaussian() * deviation) }
    case .sinusoids: Self.sinusoids(self[index])
    }
  }

  /// FNV-1a: an entry's numbers depend on its name, not on its place.
  private static func hash(_ name: String) -> UInt64 {
    name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }

  private static func sinusoids(_ positions: Matrix<Scalar>) {
    let width = positions.columns
    for position in 0..<positions.rows {
      for column in 0..<width {
        // Single precision as PyTorch computes it is within 1e-5 of this.
        let frequency = exp(Double(column / 2 * 2) * (-log(10_000.0) / Double(width)))
        let angle = Double(position) * frequency
        positions[position, column] = Scalar(column % 2 == 0 ? sin(angle) : cos(angle))
      }
    }
  }
}
