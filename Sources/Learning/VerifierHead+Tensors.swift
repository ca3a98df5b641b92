internal import Checkpoints
internal import Failures
internal import Kernels
internal import Networks

/// An order verifier in a checkpoint: only training has it, so its tensors are extras, named as in PyTorch's
/// `state_dict` after `order_verifier.`, and its moments after `order_verifier.first_moment.` and `order_verifier.second_moment.`.
extension VerifierHead<Float> {
  private static var prefix: String { "order_verifier." }

  private var runs: [(prefix: String, numbers: Parameters<Float>)] {
    [
      (Self.prefix, parameters), (Self.prefix + "first_moment.", optimizer.first),
      (Self.prefix + "second_moment.", optimizer.second),
    ]
  }

  /// Takes over what a checkpoint has; one without a verifier leaves it at its beginning.
  ///
  /// - Throws: `Failure` `.badData` where a tensor is missing or of another shape.
  func load(_ state: TrainingState) throws {
    guard state.extras.keys.contains(where: { $0.hasPrefix(Self.prefix) }) else { return }
    for (prefix, numbers) in runs {
      for (index, entry) in verifier.layout.entries.enumerated() {
        let name = prefix + entry.name
        guard let tensor = state.extras[name], tensor.shape == entry.shape else {
          throw Failure(.badData, "expected the order verifier's tensor of shape \(entry.shape)", at: name)
        }
        _ = numbers[index].entries.update(fromContentsOf: tensor.numbers)
      }
    }
  }

  func save(to state: inout TrainingState) {
    for (prefix, numbers) in runs {
      for (index, entry) in verifier.layout.entries.enumerated() {
        state.extras[prefix + entry.name] = Tensor(shape: entry.shape, numbers: Array(numbers[index].entries))
      }
    }
  }
}
