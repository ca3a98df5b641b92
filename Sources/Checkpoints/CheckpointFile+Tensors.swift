internal import Failures
internal import Networks

extension CheckpointFile {
  /// The tensors of the training's state other than the optimizer's moments.
  public var extras: [TensorDescription] { file.tensors.filter { $0.name.hasPrefix(TrainingName.extra) } }

  /// Whether a tensor is a parameter of the network that training changes.
  public func isTrainable(_ tensor: TensorDescription) -> Bool {
    layout.entries.contains { $0.name == tensor.name && !$0.isConstant }
  }

  /// Compares names and shapes with the network's: no tensor may be missing, and none unknown.
  func checkTensors() throws {
    var expected = Set<String>()
    for entry in layout.entries {
      expected.insert(entry.name)
      try check(entry.name, entry.shape, isOptional: entry.isConstant)
      guard hasMoments, !entry.isConstant else { continue }
      for prefix in [TrainingName.firstMoment, TrainingName.secondMoment] {
        expected.insert(prefix + entry.name)
        try check(prefix + entry.name, entry.shape, isOptional: false)
      }
    }
    for tensor in file.tensors where !expected.contains(tensor.name) {
      if tensor.name.hasPrefix(TrainingName.extra), tensor.name.count > TrainingName.extra.count { continue }
      throw Failure(
        .badData, "\(network) has no tensor of this name, \(shapeText(tensor.shape))", at: tensor.name, hint: hint)
    }
    for tensor in file.tensors where tensor.name.hasPrefix(TrainingName.prefix) && tensor.type != .float32 {
      throw Failure(.badData, "expected numbers of type F32, found \(tensor.type.rawValue)", at: tensor.name)
    }
  }

  private func check(_ name: String, _ shape: [Int], isOptional: Bool) throws {
    guard let tensor = file[name] else {
      if isOptional { return }
      throw Failure(.badData, "is missing: \(network) has it, \(shapeText(shape))", at: name, hint: hint)
    }
    guard tensor.shape == shape else {
      throw Failure(.badData, "expected \(shapeText(shape)), found \(shapeText(tensor.shape))", at: name, hint: hint)
    }
    guard tensor.type.isWeight else {
      let found = tensor.type.rawValue
      throw Failure(
        .badData, "expected numbers of type F32 (or F16, BF16, F64), found \(found)", at: name,
        hint: "save it as float32")
    }
  }

  /// `a transformer of dim 768, context 5, width 512, layers 4, heads 8`
  private var network: String {
    let sizes = configuration.sizes.map { "\($0.rawValue) \(configuration[$0])" }.joined(separator: ", ")
    return "\(configuration.residual == .none ? "" : "residual ")\(configuration.architecture.rawValue) of \(sizes)"
  }

  private var hint: String? {
    file.metadata.keys.contains { $0.hasPrefix(MetadataKey.prefix) }
      ? nil : TensorHeader.advice
  }
}
