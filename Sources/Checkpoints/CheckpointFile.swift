internal import Failures
public import JSON
public import Kernels
public import Networks

/// An open checkpoint. Its header has been read and compared with the network it names; its numbers are read when they
/// are needed.
public final class CheckpointFile {
  /// The file with its tensors and texts.
  public let file: TensorFile
  /// The architecture and its sizes.
  public let configuration: Configuration
  /// What the network's output depends on besides parameters and context.
  public let options: ForwardOptions
  /// The layout of the configuration's network.
  public let layout: ParameterLayout
  /// The training's own state, such as recipe and step; nil where the file has none.
  public let state: JSON?
  /// Whether the file holds the optimizer's moments.
  public let hasMoments: Bool
  /// The texts of other programs in the header, by name.
  public let notes: [String: String]

  /// Opens a checkpoint, and reads and checks its header.
  ///
  /// - Parameter layout: gives the layout of a configuration's network; throws where its sizes are invalid.
  /// - Throws: as `Checkpoint.load`.
  public init(_ path: String, layout layoutOf: (Configuration) throws -> ParameterLayout) throws {
    let file = try TensorFile(path)
    self.file = file
    notes = file.metadata.filter { !$0.key.hasPrefix(MetadataKey.prefix) }
    (configuration, options, layout, state) = try at(path) {
      let metadata = try MetadataReader(file.metadata)
      let configuration = try Configuration(metadata, file)
      return (configuration, try ForwardOptions(metadata), try layoutOf(configuration), try Self.state(metadata))
    }
    hasMoments = file.tensors.contains { $0.name.hasPrefix(TrainingName.firstMoment) }
    try at(path) { try checkTensors() }
  }

  private static func state(_ metadata: MetadataReader) throws -> JSON? {
    try metadata.value(MetadataKey.training, expected: "JSON") { try? JSON(parsing: $0) }
  }

  /// Reads the whole checkpoint, with or without the training's state.
  ///
  /// - Throws: `.badData` where a number is not finite; `.inputOutput`.
  public func read(trainingState: Bool) throws -> Checkpoint {
    let parameters = Parameters<Float>(layout)
    try read(into: parameters)
    var checkpoint = Checkpoint(configuration: configuration, parameters: parameters, options: options)
    checkpoint.notes = notes
    if trainingState { checkpoint.training = try readTraining() }
    return checkpoint
  }

  /// Reads the network's parameters; constants that the file lacks are computed.
  ///
  /// - Parameter parameters: of the file's layout.
  /// - Throws: `.badData` where a number is not finite; `.inputOutput`.
  public func read(into parameters: Parameters<Float>) throws {
    precondition(parameters.layout == layout, "parameters of another network than the file's")
    for index in layout.entries.indices { try read(index, into: parameters) }
  }

  /// Reads one parameter.
  ///
  /// - Parameter parameters: of the file's layout; the other parameters are not changed.
  /// - Throws: `.badData` where a number is not finite; `.inputOutput`.
  public func read(_ index: ParameterIndex, into parameters: Parameters<Float>) throws {
    guard let tensor = file[layout.entries[index].name] else { return parameters.initialize(index) }
    try file.read(tensor, into: parameters[index].entries)
  }

  private func readTraining() throws -> TrainingState? {
    let moments = hasMoments ? TrainingState.Moments(layout) : nil
    if let moments {
      try read(TrainingName.firstMoment, into: moments.first)
      try read(TrainingName.secondMoment, into: moments.second)
      try checkSquares(moments.second)
    }
    var extras: [String: Tensor] = [:]
    for tensor in file.tensors where tensor.name.hasPrefix(TrainingName.extra) {
      extras[String(tensor.name.dropFirst(TrainingName.extra.count))] = try read(tensor)
    }
    guard state != nil || moments != nil || !extras.isEmpty else { return nil }
    return TrainingState(state: state ?? .null, moments: moments, extras: extras)
  }

  private func read(_ prefix: String, into parameters: Parameters<Float>) throws {
    for (index, entry) in layout.entries.enumerated() where !entry.isConstant {
      if let tensor = file[prefix + entry.name] { try file.read(tensor, into: parameters[index].entries) }
    }
  }

  /// Reads a tensor that is in no layout, such as one of `extras`.
  ///
  /// - Throws: `.badData` where it holds no weights, or a number is not finite; `.inputOutput`.
  public func read(_ tensor: TensorDescription) throws -> Tensor {
    let numbers = try [Float](unsafeUninitializedCapacity: tensor.count) { buffer, count in
      buffer.initialize(repeating: 0)
      try file.read(tensor, into: UnsafeMutableBufferPointer(rebasing: buffer[..<tensor.count]))
      count = tensor.count
    }
    return Tensor(shape: tensor.shape, numbers: numbers)
  }

  private func checkSquares(_ moments: Parameters<Float>) throws {
    for (index, entry) in layout.entries.enumerated() {
      guard let minimum = moments[index].entries.min(), minimum < 0 else { continue }
      let problem = "expected means of squares, found \(minimum)"
      throw Failure(.badData, problem, at: file.path, TrainingName.secondMoment + entry.name)
    }
  }
}
