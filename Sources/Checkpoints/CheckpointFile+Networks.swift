internal import Failures
internal import Kernels
public import Networks

extension Checkpoint {
  /// Reads a checkpoint of one of the networks there are.
  ///
  /// - Throws: as `load(_:trainingState:layout:)`.
  public static func load(_ path: String, trainingState: Bool) throws -> Checkpoint {
    try load(path, trainingState: trainingState) { $0.network()?.layout }
  }

  /// A network's beginning: the same seed gives the same numbers.
  ///
  /// - Parameter configuration: checked.
  /// - Returns: nil where there is no network of this architecture.
  /// - Throws: `Failure` with status 65 where it would have more than 2³¹ parameters.
  public init?(starting configuration: Configuration, seed: UInt64) throws {
    guard let network = configuration.network() else { return nil }
    guard network.layout.count <= 1 << 31 else {
      throw Failure(.badData, "expected sizes of at most \(1 << 31) parameters, found \(network.layout.count)")
    }
    let parameters = Parameters<Float>(network.layout)
    parameters.start(seed: seed)
    self.init(configuration: configuration, parameters: parameters)
  }
}

extension CheckpointFile {
  /// Opens a checkpoint of one of the networks there are.
  ///
  /// - Throws: as `init(_:layout:)`.
  public convenience init(_ path: String) throws {
    try self.init(path) { $0.network()?.layout }
  }
}
