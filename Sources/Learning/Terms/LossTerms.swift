/// All terms that recipes may have.
public enum LossTerms {
  /// The terms in the order in which people read them.
  public static let all: [any LossTerm.Type] = [
    MeanSquaredError.self, CosineDistance.self, DirectionalHinge.self, PreviousRepel.self, DirectionalSmooth.self,
    DirectionalGapRatio.self,
    PositiveFloor.self, NormPenalty.self, Orthogonality.self, AntiCopy.self, FutureMargin.self, MicroDirectional.self,
    InfoNCE.self, SymmetricInfoNCE.self, Listwise.self, TeacherPull.self, MomentMatching.self, VarianceFloor.self,
    OrderVerification.self, RolloutError.self,
  ]

  /// The names of all terms, in the same order.
  public static let names = all.map { $0.name }

  private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

  /// The term of a name; nil if there is none.
  public static func named(_ name: String) -> (any LossTerm.Type)? { byName[name] }

  /// The rows of the table of terms in docs/recipes.md: name, definition, parameters with their defaults.
  public static var table: String {
    all.map { term in
      let parameters = term.parameters.map { parameter in
        "`\(parameter.key)`" + (parameter.defaultValue.map { " \(text($0))" } ?? "")
      }
      return "| `\(term.name)` | \(term.definition) | \(parameters.joined(separator: ", ")) |\n"
    }.joined()
  }

  private static func text(_ value: Double) -> String { Int(exactly: value).map { "\($0)" } ?? "\(value)" }
}
