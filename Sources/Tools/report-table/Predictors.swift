import Commands
import Failures
import JSON

/// What the predictors of a calibration score.
struct Predictors {
  /// A predictor's name and reports, in the order in which they come.
  private let predictors: [(name: String, reports: Reports)]

  init(_ reports: Reports) throws {
    var names: [String] = []
    var lines: [String: [JSON]] = [:]
    for line in reports.lines {
      guard let name = line["predictor"]?.string else { continue }
      if lines[name] == nil { names.append(name) }
      lines[name, default: []].append(line)
    }
    guard !names.isEmpty else {
      throw Failure(.badData, "expected the reports of pipelines/calibrate, found no field predictor")
    }
    predictors = names.map { (name: $0, reports: Reports(lines[$0] ?? [])) }
  }

  var table: Table {
    get throws {
      var table = Table()
      table.section(
        columns: ["", "cosine VAL", "OOD", "margin VAL", "R@5 VAL", "rollout VAL"],
        rows: try predictors.map { name, reports in
          try at(name) {
            [
              .text(name), .cosine(try reports.one("ablation-eval", label: "VAL").number("base_cos")),
              .cosine(try reports.one("ablation-eval", label: "OOD").number("base_cos")),
              .cosine(try reports.one("offset-sweep", label: "VAL").number("margin")),
              .cosine(try reports.one("retrieval-rank", label: "VAL").number("r_at_5")),
              .cosine(try reports.one("rollout-eval", label: "VAL").number("mean_cos")),
            ]
          }
        })
      return table
    }
  }

  /// The predictors but the oracle, with their cosines on the validation articles.
  var cosines: [(name: String, cosine: Double)] {
    get throws {
      try predictors.filter { $0.name != "oracle" }.map { name, reports in
        (name: name, cosine: try at(name) { try reports.one("ablation-eval", label: "VAL").number("base_cos") })
      }
    }
  }

  var sentences: [String] {
    get throws {
      guard let best = try cosines.max(by: { $0.cosine <= $1.cosine }) else { return [] }
      return ["\(best.name) is the one to beat: \(cosine(best.cosine)). A cosine only means something beside these."]
    }
  }
}
