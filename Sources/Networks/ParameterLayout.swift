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

  /// One parameter: its name, shape and place.
  public struct Entry: Hashable, Sendable {
    /// As in PyTorch's `state_dict`.
    public let name: String
    /// As PyTorch writes it: [] for a scalar.
    public let shape: [Int]
    /// The values that it is initialized with.
    public let initializer: Initializer
    /// Constants are written to checkpoints, and optional when read.
    public let isConstant: Bool
    /// Where its numbers begin in the run.
    public let offset: Int
    /// Numbers.
    public let count: Int

    /// As a matrix: all but the last dimension are rows.
    public var columns: Int { shape.last ?? 1 }
    /// All dimensions but the last, multiplied; 0 where a row has no entries.
    public var rows: Int { columns == 0 ? 0 : count / columns }
  }

  /// In the order in which they were added.
  public private(set) var entries: [Entry] = []
  /// Numbers in the run, constants and gaps included.
  public private(set) var count = 0

  /// Without parameters.
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
  func prefixed(_ prefix: String) -> ParameterLayout { changed { (prefix + $0.name, $0.initializer) } }

  /// The same layout, where the parameters of these names begin at 0.
  func zeroed(_ names: [String]) -> ParameterLayout {
    changed { ($0.name, names.contains($0.name) ? .constant(0) : $0.initializer) }
  }

  private func changed(_ change: (Entry) -> (name: String, initializer: Initializer)) -> ParameterLayout {
    var layout = self
    layout.entries = entries.map { entry in
      let (name, initializer) = change(entry)
      return Entry(
        name: name, shape: entry.shape, initializer: initializer, isConstant: entry.isConstant, offset: entry.offset,
        count: entry.count)
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
  /// (out, in).
  public let weight: ParameterIndex
  /// (out).
  public let bias: ParameterIndex

  /// By the indices of both.
  public init(weight: ParameterIndex, bias: ParameterIndex) {
    self.weight = weight
    self.bias = bias
  }
}
