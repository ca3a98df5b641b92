internal import Glibc
public import Kernels
internal import Vectors

/// The number of a parameter in its layout, counted from 0.
public typealias ParameterIndex = Int

/// The parameters of a network in order: names and shapes as in PyTorch's `state_dict`, and how each is initialized.
///
/// A network's initializer adds what it needs and keeps the indices; parameters, gradients and the optimizer's moments are
/// then four runs of numbers with one layout.
public struct ParameterLayout: Hashable, Sendable {
  /// The values that a parameter is initialized with.
  public enum Initializer: Hashable, Sendable {
    case constant(Double)
    /// Uniform in ±bound.
    case uniform(Double)
    /// Normal, of mean 0.
    case normal(Double)
    /// The sinusoidal positions of "Attention is all you need" (Vaswani et al., 2017): (1, positions, width).
    case sinusoids
  }

  public struct Entry: Hashable, Sendable {
    public let name: String
    /// As PyTorch writes it: [] for a scalar.
    public let shape: [Int]
    public let initializer: Initializer
    /// Constants are written to checkpoints, and optional when read.
    public let isConstant: Bool
    /// Where its numbers begin in the run.
    public let offset: Int
    /// Numbers.
    public let count: Int

    /// As a matrix: all but the last dimension are rows.
    public var columns: Int { shape.last ?? 1 }
    public var rows: Int { columns == 0 ? 0 : count / columns }
  }

  public private(set) var entries: [Entry] = []
  /// Numbers in the run, constants and gaps included.
  public private(set) var count = 0

  public init() {}

  /// Adds a parameter to be learnt.
  public mutating func add(_ name: String, _ shape: [Int], _ initializer: Initializer) -> ParameterIndex {
    append(name, shape, initializer, isConstant: false)
  }

  /// Adds numbers that are never changed.
  public mutating func addConstant(_ name: String, _ shape: [Int], _ initializer: Initializer) -> ParameterIndex {
    append(name, shape, initializer, isConstant: true)
  }

  private mutating func append(_ name: String, _ shape: [Int], _ initializer: Initializer, isConstant: Bool)
    -> ParameterIndex
  {
    let numbers = shape.reduce(1, *)
    entries.append(
      Entry(name: name, shape: shape, initializer: initializer, isConstant: isConstant, offset: count, count: numbers))
    // Each begins on a cache line of its own.
    count += (numbers + 15) / 16 * 16
    return entries.count - 1
  }

  /// Adds the weight and bias of a linear map initialized as `torch.nn.Linear` does it: uniform in ±1/√in.
  public mutating func addLinear(_ name: String, inputs: Int, outputs: Int) -> LinearParameters {
    let bound = 1 / Double(inputs).squareRoot()
    return LinearParameters(
      weight: add("\(name).weight", [outputs, inputs], .uniform(bound)),
      bias: add("\(name).bias", [outputs], .uniform(bound)))
  }

  /// The same layout with something before every name.
  func prefixed(_ prefix: String) -> ParameterLayout {
    var layout = self
    layout.entries = entries.map { entry in
      Entry(
        name: prefix + entry.name, shape: entry.shape, initializer: entry.initializer, isConstant: entry.isConstant,
        offset: entry.offset, count: entry.count)
    }
    return layout
  }

  /// Numbers that are learnt.
  public var trainable: Int { entries.reduce(0) { $0 + ($1.isConstant ? 0 : $1.count) } }
  /// Numbers that are not.
  public var constants: Int { entries.reduce(0) { $0 + ($1.isConstant ? $1.count : 0) } }

  /// Where in the run the numbers are that are learnt: as few ranges as the constants between them allow, the gaps
  /// between neighbours included.
  public var trainableRuns: [Range<Int>] {
    var runs: [Range<Int>] = []
    var extends = false
    for entry in entries {
      let range = entry.offset..<entry.offset + entry.count
      if !entry.isConstant {
        if extends, let last = runs.popLast() {
          runs.append(last.lowerBound..<range.upperBound)
        } else {
          runs.append(range)
        }
      }
      extends = !entry.isConstant
    }
    return runs
  }
}

/// The parameters of a linear map, by their indices in the layout.
public struct LinearParameters: Hashable, Sendable {
  public let weight: ParameterIndex
  public let bias: ParameterIndex

  public init(weight: ParameterIndex, bias: ParameterIndex) {
    self.weight = weight
    self.bias = bias
  }
}

/// Numbers in the shape of a layout: parameters, their gradients, or moments.
public final class Parameters<Scalar: Real> {
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
