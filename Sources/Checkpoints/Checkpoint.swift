public import Kernels
public import Networks

/// A network with its parameters, and perhaps what its training needs to resume: a file in the safetensors format.
///
/// docs/checkpoints.md specifies names, texts and bytes. Equal checkpoints give equal bytes.
public struct Checkpoint {
  /// The architecture and its sizes.
  public var configuration: Configuration
  /// In the layout of the configuration's network, constants included.
  public var parameters: Parameters<Float>
  /// What the network's output depends on besides parameters and context; never noise.
  public var options: ForwardOptions
  /// The state of the training; nil where there is none, or it was not read.
  public var training: TrainingState?
  /// Texts that other programs have put into the file's header, by name: they are kept, but not interpreted.
  public var notes: [String: String] = [:]

  /// A checkpoint without notes; `parameters` are of the configuration's network.
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
  ///   - trainingState: whether to read the training's state; without it `training` is nil and takes no memory.
  ///   - layout: gives the layout of a configuration's network; throws where its sizes are invalid.
  /// - Throws: with the file's name and the tensor's, `.cannotOpen`, `.badData` where the file is malformed or does not
  ///   fit its network, `.inputOutput`.
  public static func load(
    _ path: String, trainingState: Bool, layout: (Configuration) throws -> ParameterLayout
  ) throws -> Checkpoint {
    try CheckpointFile(path, layout: layout).read(trainingState: trainingState)
  }
}
