/// One term of a recipe's loss: its kind, its parameters, and the rule of its weight.
public struct RecipeTerm: Hashable, Sendable {
  /// The name of its kind, one of `LossTerms.all`.
  public let name: String
  /// The parameters that the recipe gives, by key.
  public var parameters: [String: EpochValue]
  /// How its weight follows from the epoch and the batch.
  public var weight: WeightRule
  /// Whether the recipe's window weighting (P7) applies.
  public var isWindowWeighted = false

  /// Creates a term of a kind.
  public init(_ kind: any LossTerm.Type, parameters: [String: EpochValue] = [:], weight: WeightRule) {
    name = kind.name
    self.parameters = parameters
    self.weight = weight
  }

  /// The kind.
  public var kind: any LossTerm.Type {
    guard let kind = LossTerms.named(name) else { preconditionFailure("\(name) is no term") }
    return kind
  }

  /// The value of a parameter in an epoch; its default if the recipe gives none.
  ///
  /// - Parameter epoch: counted from 1.
  public func parameter(_ key: String, epoch: Int) -> Double {
    if let value = parameters[key] { return value.value(epoch: epoch) }
    return kind.parameters.first { $0.key == key }?.defaultValue ?? 0
  }

  /// The term with its parameters of an epoch.
  ///
  /// - Parameter epoch: counted from 1.
  public func term(epoch: Int) -> any LossTerm {
    let kind = kind
    let values = kind.parameters.map { ($0.key, parameter($0.key, epoch: epoch)) }
    return kind.init(TermParameters(Dictionary(uniqueKeysWithValues: values)))
  }

  /// What the term needs. That does not change from epoch to epoch.
  public var needs: TermNeeds { term(epoch: 1).needs }

  /// Whether the term counts in an epoch.
  ///
  /// - Parameter epoch: counted from 1.
  public func isActive(epoch: Int) -> Bool {
    switch weight.base {
    case .weight(let weight): weight.value(epoch: epoch) > 0
    case .fraction(let fraction): fraction.value(epoch: epoch) > 0
    }
  }
}
