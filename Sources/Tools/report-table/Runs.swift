import Commands
import Failures
import JSON

/// Verdicts of several runs side by side, each under its label.
struct Runs {
  private let verdicts: [JSON]

  init(_ reports: Reports) throws {
    verdicts = reports.of("gate-verdict")
    guard !verdicts.isEmpty else { throw Failure(.badData, "expected reports of gate-verdict, found none") }
  }

  var table: Table {
    get throws {
      var table = Table()
      for split in ["VAL", "OOD"] {
        table.section(
          "\(split): each figure, and its difference from the best predictor without training",
          columns: ["run", "cosine", "", "95% from", "to", "", "margin", "R@5", "", "gates", ""],
          rows: try verdicts.map { try row($0, split) })
      }
      return table
    }
  }

  private func row(_ verdict: JSON, _ split: String) throws -> [Table.Cell] {
    let name = verdict["label"]?.string ?? "-"
    return try at(name) {
      let skill = verdict["skill"]?[split]
      let (cosine, recall) = (skill?["cosine"], skill?["r_at_5_without_context"])
      let interval = cosine?["ci95"]?.array?.map(\.double)
      return [
        .text(name), .cosine(cosine?["value"]?.double), .cosine(cosine?["difference"]?.double),
        .cosine(interval?.first ?? nil), .cosine(interval?.last ?? nil), .text(cosine?["better"]?.string ?? "-"),
        .cosine(skill?["margin"]?["value"]?.double), .cosine(recall?["value"]?.double),
        .cosine(recall?["difference"]?.double), .text("\(try verdict.count("passed")) of 5"),
        .text(try verdict.text("verdict")),
      ]
    }
  }
}
