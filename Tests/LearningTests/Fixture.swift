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
  func gradient(of term: LossTerm, gate: DirectionalGate? = nil) -> [Double] {
    losses.load(batch)
    losses.addGradient(of: term, weight: 1, gate: gate)
    losses.finishGradient(into: gradient)
    return gradient.entries.map { Double($0) }
  }

  func expected(_ name: String) throws -> (value: Double, gradient: [Double]) {
    let term = try #require(fixture.json["terms"]?[name])
    return (try #require(term["value"]?.double), try Fixture.numbers(term["gradient"]))
  }
}

/// The terms as Tests/Reference/losses.py has them.
let terms: [(name: String, term: LossTerm)] = [
  ("mse", .mse),
  ("directionalHinge", .directionalHinge(margin: 0.1)),
  ("directionalSmooth", .directionalSmooth(margin: 0.05)),
  ("gapRatio", .gapRatio(gapMargin: 0.06)),
  ("positiveFloor", .positiveFloor(threshold: 0.8)),
  ("norm", .norm),
  ("orthogonality", .orthogonality),
  ("antiCopyHinge", .antiCopyHinge(margin: 0.1)),
  ("futureMargin", .futureMargin(margin: 0.1)),
  ("microDirectional", .microDirectional()),
  ("infoNCE", .infoNCE()),
  ("listwise", .listwise(others: 3)),
  ("symmetricInfoNCE", .symmetricInfoNCE()),
  ("previousRepel", .previousRepel()),
  ("teacherPull", .teacherPull(threshold: 0.8)),
  ("moment", .moment),
  ("variance", .variance),
]

func largestDifference(_ a: [Double], _ b: [Double]) -> Double {
  precondition(a.count == b.count, "as many numbers")
  return zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) }
}
