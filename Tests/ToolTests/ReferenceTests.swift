import JSON
import TestSupport
import Testing
import Vectors

/// offset-sweep, retrieval-rank and rollout-eval against the figures that plain NumPy finds on the same predictions
/// (Tests/Reference/evaluation.py).
@Suite struct ReferenceTests {
  private static let archive = Tools.root + "/examples/data/wiki_small_f16.npz"

  /// The unit vector of (last + the one before it / 2), slid into the context at each further step.
  private static func predictions(_ rows: Frame, context: Int, offset: Int, horizon: Int) -> Frame {
    var frame = Frame(dim: rows.dim)
    for start in 0..<rows.rows {
      let (first, end) = (rows.keys[start], start + context + offset - 1)
      guard end < rows.rows, rows.keys[end].article == first.article,
        rows.keys[end].chunk == first.chunk + UInt32(context + offset - 1)
      else { continue }
      var before = rows.vector(start + context - 2).map(Double.init)
      var last = rows.vector(start + context - 1).map(Double.init)
      for step in 1...horizon {
        (before, last) = (last, unit(zip(last, before).map { $0 + $1 / 2 }))
        let key = Key(
          article: first.article, chunk: rows.keys[end].chunk + UInt32(step) - 1, step: UInt32(step))
        frame.append(key, last.map { Float($0) })
      }
    }
    return frame
  }

  private static func unit(_ vector: [Double]) -> [Double] {
    let norm = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return norm == 0 ? vector : vector.map { $0 / norm }
  }

  @Test(arguments: [(5, 1, 5), (3, 2, 3)]) func everyFigureIsTheReferences(
    _ window: (context: Int, offset: Int, horizon: Int)
  ) throws {
    let folder = try Folder()
    let rows = try contents(run("npz-read", [Self.archive]).output).frames.reduce(into: Frame(dim: 384)) {
      $0.keys += $1.keys
      $0.vectors += $1.vectors
    }
    let predicted = Self.predictions(
      rows, context: window.context, offset: window.offset, horizon: window.horizon)
    try folder.write(predictionStream([predicted], horizon: window.horizon), to: "predictions.nvs")
    let fixture = try JSON(parsing: Folder.text(of: Tools.root + "/Tests/Reference/evaluation.json"))
    let name = "wiki_small_f16.npz:\(window.context):\(window.offset):\(window.horizon)"
    let cases = try #require(fixture[name]?.object)
    #expect(cases.count == 8)
    for (command, expected) in cases {
      let found = try #require(shell("\(command) --articles '\(Self.archive)' < predictions.nvs", in: folder).json)
      expectSame(expected, found, command)
    }
  }

  private func expectSame(_ expected: JSON, _ found: JSON, _ place: String) {
    for (field, value) in expected.object ?? [:] where field != "ci95" && field != "without_context" {
      #expect(isClose(value, found[field] ?? .null, 1e-6), "\(place): \(field)")
    }
    expectNear(expected["ci95"], found["ci95"], place)
    if let part = expected["without_context"] { expectSame(part, found["without_context"] ?? .null, place) }
  }

  /// Two bootstraps draw differently: ends may differ by a fifth of the interval.
  private func expectNear(_ expected: JSON?, _ found: JSON?, _ place: String) {
    if let members = expected?.object {
      #expect(found?.object.map { Set($0.keys) } == Set(members.keys), "\(place)")
      for (name, value) in members { expectNear(value, found?[name], "\(place).\(name)") }
    } else if let ends = expected?.array?.compactMap(\.double), ends.count == 2 {
      let others = found?.array?.compactMap(\.double) ?? []
      let allowed = 1e-6 + 0.2 * (ends[1] - ends[0])
      #expect(others.count == 2 && zip(ends, others).allSatisfy { abs($0 - $1) <= allowed }, "\(place): \(others)")
    } else {
      let lists = (expected?.array ?? [], found?.array ?? [])
      #expect(lists.0.count == lists.1.count && !lists.0.isEmpty, "\(place)")
      for (index, pair) in zip(lists.0, lists.1).enumerated() { expectNear(pair.0, pair.1, "\(place)[\(index)]") }
    }
  }
}
