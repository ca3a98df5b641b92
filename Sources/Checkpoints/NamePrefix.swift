/// What all names of a state_dict begin with where the network was part of another module: `module.` of
/// DataParallel, `_orig_mod.` of torch.compile, or an attribute's name, as in Lightning's modules.
struct NamePrefix {
  /// With the period at its end; several parts where modules were nested.
  let text: String

  /// Nil where the tensors' names have nothing in common before a period.
  init?(_ tensors: [TensorDescription]) {
    guard let first = tensors.first?.name else { return nil }
    let parts = first.split(separator: ".", omittingEmptySubsequences: false).dropLast()
    let counts = stride(from: parts.count, to: 0, by: -1)
    let prefixes = counts.map { parts.prefix($0).joined(separator: ".") + "." }
    guard tensors.count > 1, let text = prefixes.first(where: { prefix in
      tensors.allSatisfy { $0.name.hasPrefix(prefix) }
    }) else { return nil }
    self.text = text
  }

  /// How to take it off.
  var hint: String {
    "python3 -c \"import safetensors.numpy as s; s.save_file({n.removeprefix('\(text)'): t for n, t in "
      + "s.load_file('FILE').items()}, 'm.safetensors')\""
  }
}
