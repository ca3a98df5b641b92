import JSON
import Kernels
import Learning
import TestSupport
import Testing

/// What PyTorch computed: Tests/Reference/losses.json.
struct Fixture {
  let json: JSON

  /// Parsed once: that takes longer than all the rest.
  private static let shared = Result { try JSON(parsing: Folder.text(of: Tools.root + "/Tests/Reference/losses.json")) }

  init() throws { json = try Self.shared.get() }

  func int(_ name: String) throws -> Int { try #require(json[name]?.int) }

  static func numbers(_ json: JSON?) throws -> [Double] {
    try #require(json?.array).map { try #require($0.double) }
  }

  /// One of the batch's matrices, all slots, (rows, columns).
  func matrix<Scalar: Real>(_ name: String, _ arena: Arena<Scalar>, columns: Int) throws -> Matrix<Scalar> {
    let numbers = try Self.numbers(json["batch"]?[name])
    let matrix = arena.matrix(rows: numbers.count / columns, columns: columns)
    for (index, number) in numbers.enumerated() { matrix.entries[index] = Scalar(number) }
    return matrix
  }
}

/// The fixture's batch with room for its gradient.
struct Sample<Scalar: Real> {
  let fixture: Fixture
  let arena = Arena<Scalar>()
  var batch: LossBatch<Scalar>
  let losses: Losses<Scalar>
  let gradient: Matrix<Scalar>

  init(weighted: Bool = false) throws {
    fixture = try Fixture()
    let dim = try fixture.int("dim")
    let windows = try fixture.int("windows")
    batch = LossBatch(
      output: try fixture.matrix("output", arena, columns: dim),
      target: try fixture.matrix("target", arena, columns: dim),
      previous: try fixture.matrix("previous", arena, columns: dim),
      contexts: try fixture.matrix("contexts", arena, columns: dim),
      negatives: try fixture.matrix("negatives", arena, columns: dim),
      futures: try fixture.matrix("futures", arena, columns: dim),
      weights: weighted ? try fixture.matrix("weights", arena, columns: windows) : nil)
    // More room than windows: what lies beyond them must not count.
    losses = Losses(
      capacity: windows + 3, dim: dim, contexts: try fixture.int("context"), negatives: try fixture.int("negatives"),
      futures: try fixture.int("futures"))
    gradient = arena.matrix(rows: windows, columns: dim)
    losses.load(batch)
  }

  /// The gradient of a term alone.
  func gradient(of term: some LossTerm, weighting: WindowWeighting? = nil) -> [Double] {
    losses.load(batch)
    losses.addGradient(of: term, weight: 1, weighting: weighting)
    losses.finishGradient(into: gradient)
    return gradient.entries.map { Double($0) }
  }

  func expected(_ name: String) throws -> (value: Double, gradient: [Double]) {
    let term = try #require(fixture.json["terms"]?[name])
    return (try #require(term["value"]?.double), try Fixture.numbers(term["gradient"]))
  }
}

/// A term of Tests/Reference/losses.py, under its name there.
struct ReferenceTerm: Sendable, CustomTestStringConvertible {
  let name: String
  let term: any LossTerm

  var testDescription: String { name }
  var takesWeights: Bool { type(of: term).takesWeights }

  /// A term with values for the parameters without a default, and others for some that have one.
  fileprivate init(_ name: String, _ kind: any LossTerm.Type, _ values: [String: Double] = [:]) {
    self.name = name
    let defaults = kind.parameters.compactMap { parameter in parameter.defaultValue.map { (parameter.key, $0) } }
    let all = Dictionary(uniqueKeysWithValues: defaults).merging(values) { _, given in given }
    term = kind.init(TermParameters(all))
  }
}

/// The terms as Tests/Reference/losses.py has them.
let terms: [ReferenceTerm] = [
  ReferenceTerm("mse", MeanSquaredError.self),
  ReferenceTerm("directionalHinge", DirectionalHinge.self, ["margin": 0.1]),
  ReferenceTerm("directionalSmooth", DirectionalSmooth.self, ["margin": 0.05]),
  ReferenceTerm("gapRatio", DirectionalGapRatio.self, ["gap_margin": 0.06]),
  ReferenceTerm("positiveFloor", PositiveFloor.self, ["threshold": 0.8]),
  ReferenceTerm("norm", NormPenalty.self),
  ReferenceTerm("orthogonality", Orthogonality.self),
  ReferenceTerm("antiCopyHinge", AntiCopy.self, ["margin": 0.1]),
  ReferenceTerm("futureMargin", FutureMargin.self, ["margin": 0.1]),
  ReferenceTerm("microDirectional", MicroDirectional.self),
  ReferenceTerm("infoNCE", InfoNCE.self),
  ReferenceTerm("listwise", Listwise.self, ["others": 3]),
  ReferenceTerm("symmetricInfoNCE", SymmetricInfoNCE.self),
  ReferenceTerm("previousRepel", PreviousRepel.self),
  ReferenceTerm("teacherPull", TeacherPull.self, ["threshold": 0.8]),
  ReferenceTerm("moment", MomentMatching.self),
  ReferenceTerm("variance", VarianceFloor.self),
]

func largestDifference(_ a: [Double], _ b: [Double]) -> Double {
  precondition(a.count == b.count, "lists of different lengths")
  return zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) }
}
