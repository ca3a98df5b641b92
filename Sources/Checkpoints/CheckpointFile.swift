internal import Failures
public import JSON
public import Kernels
public import Networks

/// An open checkpoint: its header is read, and held against the network it names; its numbers are read when asked for.
public final class CheckpointFile {
  public let file: TensorFile
  public let configuration: Configuration
  public let options: ForwardOptions
  /// Of the configuration's network.
  public let layout: ParameterLayout
  /// What training has said about itself; nil where it has not.
  public let state: JSON?
  /// Whether the optimizer's moments are in it.
  public let hasMoments: Bool
  /// Texts of others.
  public let notes: [String: String]

  /// - Parameter layout: of the network of a configuration; throws where its sizes make none.
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

  /// Reads everything, or all but what only training needs.
  ///
  /// - Throws: `Failure` with status 65 or 74.
  public func read(trainingState: Bool) throws -> Checkpoint {
    let parameters = Parameters<Float>(layout)
    try read(into: parameters)
    var checkpoint = Checkpoint(configuration: configuration, parameters: parameters, options: options)
    checkpoint.notes = notes
    if trainingState { checkpoint.training = try readTraining() }
    return checkpoint
  }

  /// Reads the network's parameters; constants that the file lacks are computed.
  public func read(into parameters: Parameters<Float>) throws {
    precondition(parameters.layout == layout, "parameters of the file's network")
    for place in layout.entries.indices { try read(place, into: parameters) }
  }

  /// Reads one parameter.
  ///
  /// - Parameter parameters: of the file's layout; the others are left as they are.
  public func read(_ place: ParameterIndex, into parameters: Parameters<Float>) throws {
    guard let tensor = file[layout.entries[place].name] else { return parameters.initialize(place) }
    try file.read(tensor, into: parameters[place].entries)
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
    for (place, entry) in layout.entries.enumerated() where !entry.isConstant {
      if let tensor = file[prefix + entry.name] { try file.read(tensor, into: parameters[place].entries) }
    }
  }

  /// A tensor that no layout knows.
  public func read(_ tensor: TensorDescription) throws -> Tensor {
    let numbers = try [Float](unsafeUninitializedCapacity: tensor.count) { buffer, count in
      buffer.initialize(repeating: 0)
      try file.read(tensor, into: UnsafeMutableBufferPointer(rebasing: buffer[..<tensor.count]))
      count = tensor.count
    }
    return Tensor(shape: tensor.shape, numbers: numbers)
  }

  private func checkSquares(_ moments: Parameters<Float>) throws {
    for (place, entry) in layout.entries.enumerated() {
      guard let minimum = moments[place].entries.min(), minimum < 0 else { continue }
      let problem = "expected means of squares, found \(minimum)"
      throw Failure(.badData, problem, at: file.path, TrainingName.secondMoment + entry.name)
    }
  }
}
