internal import Failures
internal import Kernels
public import Networks

extension Checkpoint {
  /// Reads a checkpoint of any network that nextvec has.
  ///
  /// - Throws: as `load(_:trainingState:layout:)`.
  public static func load(_ path: String, trainingState: Bool) throws -> Checkpoint {
    try load(path, trainingState: trainingState) { try $0.network().layout }
  }

  /// A network with its initial parameters: the same seed gives the same numbers.
  ///
  /// - Throws: `.badData` where the sizes are invalid, or the network has more than 2³¹ parameters.
  public init(starting configuration: Configuration, seed: UInt64) throws {
    let network = try configuration.network()
    guard network.layout.count <= 1 << 31 else {
      throw Failure(.badData, "expected sizes of at most \(1 << 31) parameters, found \(network.layout.count)")
    }
    let parameters = Parameters<Float>(network.layout)
    parameters.initialize(seed: seed)
    self.init(configuration: configuration, parameters: parameters)
  }
}

extension CheckpointFile {
  /// Opens a checkpoint of any network that nextvec has.
  ///
  /// - Throws: as `init(_:layout:)`.
  public convenience init(_ path: String) throws {
    try self.init(path) { try $0.network().layout }
  }
}
