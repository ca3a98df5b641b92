public import Kernels
public import Networks

/// A network with its parameters, and perhaps what its training needs to go on: a file in the safetensors format.
///
/// docs/checkpoints.md specifies names, texts and bytes. Equal checkpoints give equal bytes.
public struct Checkpoint {
  public var configuration: Configuration
  /// In the layout of the configuration's network, constants included.
  public var parameters: Parameters<Float>
  /// What the network's output depends on beside parameters and context; never noise.
  public var options: ForwardOptions
  public var training: TrainingState?
  /// Texts that others have put into the file's header: kept, and never asked for.
  public var notes: [String: String] = [:]

  public init(
    configuration: Configuration, parameters: Parameters<Float>, options: ForwardOptions = ForwardOptions(),
    training: TrainingState? = nil
  ) {
    self.configuration = configuration
    self.parameters = parameters
    self.options = options
    self.training = training
  }

  /// Reads a checkpoint whole.
  ///
  /// - Parameters:
  ///   - trainingState: whether to read what training needs; else `training` is nil and nothing is held for it.
  ///   - layout: of the network of a configuration; throws where its sizes make none.
  /// - Throws: `Failure` with the file's name and the tensor's: status 66 where it cannot be opened, 65 where it is
  ///   malformed or does not fit its network, 74 where reading fails.
  public static func load(
    _ path: String, trainingState: Bool, layout: (Configuration) throws -> ParameterLayout
  ) throws -> Checkpoint {
    try CheckpointFile(path, layout: layout).read(trainingState: trainingState)
  }
}
