import Commands
import Evaluation
import Failures
import JSON

/// The five gates of every predictor of a calibration.
struct CalibrationView {
  private let calibration: JSON

  init(_ reports: Reports) throws {
    guard let calibration = try reports.one("gate-verdict")["calibration"], calibration["predictors"] != nil else {
      throw Failure(
        .badData, "expected a field calibration", at: "gate-verdict", hint: "gate-verdict --calibration FILE adds it")
    }
    self.calibration = calibration
  }

  var table: Table {
    get throws {
      var table = Table()
      let known = CalibrationMark.untrained + [CalibrationMark.oracle]
      let names = (calibration["predictors"]?.object ?? [:]).keys.sorted {
        (known.firstIndex(of: $0) ?? known.count, $0) < (known.firstIndex(of: $1) ?? known.count, $1)
      }
      table.section(rows: [["calibrate"]])
      table.section(
        columns: ["predictor", "A margin", "B R@1", "R@5", "C shuffle", "D rollout", "E normal"],
        rows: try names.flatMap { name in try rows(name, calibration["predictors"]?[name] ?? .null) })
      table.section(
        "what the gates are worth here",
        rows: try Gate.allCases.map { gate in
          [.text(gate.rawValue), .text(CalibrationMark.words(try marks(gate), for: gate))]
        })
      return table
    }
  }

  private func rows(_ name: String, _ predictor: JSON) throws -> [[Table.Cell]] {
    func figures(_ split: String) throws -> [Table.Cell] {
      func gate(_ letter: String) -> JSON? { predictor["gates"]?[letter]?[split] }
      guard gate("A")?.double != nil else {
        throw Failure(.badData, "expected the gates of \(name)", at: "calibration")
      }
      let figures = [
        gate("A")?.double, gate("B")?["r_at_1"]?.double, gate("B")?["r_at_5"]?.double, gate("C")?.double,
        gate("D")?.double, gate("E")?.double,
      ]
      return figures.map { .text(Figures.fixed($0, places: 4)) }
    }
    func mark(_ letter: String) -> Table.Cell {
      let gate = predictor["gates"]?[letter]
      return .mark(gate?["measurable"]?.bool == false ? nil : gate?["pass"]?.bool ?? false)
    }
    return [
      [.text(name)], [.text("  VAL")] + (try figures("val")), [.text("  OOD")] + (try figures("ood")),
      ["", mark("A"), mark("B"), "", mark("C"), mark("D"), mark("E")],
    ]
  }

  private func marks(_ gate: Gate) throws -> [CalibrationMark] {
    guard let words = calibration["marks"]?[gate.rawValue]?.array else {
      throw Failure(.badData, "expected the marks of gate \(gate.rawValue)", at: "calibration")
    }
    return words.compactMap { $0.string.flatMap(CalibrationMark.init) }
  }
}

/// What a verdict means beside the predictors of a calibration.
struct VerdictView {
  private let reports: Reports

  init(_ reports: Reports) { self.reports = reports }

  var sentences: [String] {
    get throws { [try comparison] + (try verdict) }
  }

  private var comparison: String {
    get throws {
      let own = try reports.one("ablation-eval", label: "VAL", ofPredictors: false).number("base_cos")
      let others = try Predictors(reports).cosines
      let below = others.filter { $0.cosine < own }.map(\.name).joined(separator: ", ")
      let above = others.filter { $0.cosine >= own }.map(\.name).joined(separator: ", ")
      let words =
        if below.isEmpty { "beats none of \(above)" } else if above.isEmpty { "beats \(below)" } else {
          "beats \(below), but not \(above)"
        }
      return "Its cosine, \(cosine(own)), \(words)."
    }
  }

  private var verdict: [String] {
    get throws {
      let report = try reports.one("gate-verdict")
      let (verdict, margin) = (try report.text("verdict"), try report.number("margin"))
      let head = "\(verdict): \(try report.count("passed")) of 5 gates, \(try report.count("min_gates")) needed"
      return [
        margin > 0
          ? head + "."
          : head + ", and the margin is not positive: predictions resemble another chunk more than their target.",
        verdict == "deploy"
          ? "It may still do no more than a trivial predictor: look at what the gates are worth."
          : "Better to know it before anybody relies on the model.",
      ]
    }
  }
}
