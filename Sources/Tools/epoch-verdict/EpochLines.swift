import Commands
import Failures
import JSON
import Learning
import Stages

/// The last line of an epoch's training, as train-step writes it.
struct EpochLines {
  private let line: JSON
  private let epoch: Int
  private let path: String

  /// - Throws: `Failure` `.badData` if the file's last line is not that of an epoch's end.
  init(_ path: String) throws {
    self.path = path
    guard let line = try JSONLines.last(of: path), line["event"]?.string == "epoch", let epoch = line["epoch"]?.int,
      epoch >= 1, epoch < 1 << 32
    else {
      throw Failure(.badData, "expected the line of an epoch's end last", at: path, hint: "train-step writes it")
    }
    (self.line, self.epoch) = (line, epoch)
  }

  private var alarms: [String] { (line["alarms"]?.array ?? []).compactMap(\.string) }

  private func validation(_ key: String) -> Double? { line["val"]?[key]?.double }

  /// - Parameter selection: the figure by which the best epoch is chosen.
  func outcome(_ selection: Recipe.Selection) -> EpochVerdict.Outcome {
    var figures: [String: Double] = [:]
    for key in ["margin", "r_at_5"] { figures[key] = validation(key) }
    return EpochVerdict.Outcome(
      epoch: epoch, selected: validation(selection.rawValue), figures: figures, alarms: alarms)
  }

  /// The epoch and its figure, for people.
  var summary: String { "epoch \(epoch), cosine \(Figures.decimal(validation("cos_next"), places: 4))" }

  /// One line for people.
  var text: String {
    func figure(_ key: String) -> String { Figures.decimal(validation(key), places: 4) }
    let parts = [
      "loss \(Figures.decimal(line["loss"]?.double, places: 6))", "val cosine \(figure("cos_next"))",
      "margin \(figure("margin"))", "R@5 \(figure("r_at_5"))", "lr \(line["lr"]?.double.map(Figures.brief) ?? "-")",
      "\(Figures.decimal(line["windows_per_second"]?.double, places: 0)) windows/s",
    ]
    return "epoch \(epoch): \(parts.joined(separator: ", "))"
      + (alarms.isEmpty ? "" : "; alarms: \(alarms.joined(separator: ", "))")
  }
}

/// The verdict that ends the lines of a 5CAT.
struct GatesLine {
  let margin: Double
  private let verdict: String
  private let gates: [String: JSON]

  /// - Throws: `Failure` `.badData` if the file's last line is no report of gate-verdict.
  init(_ path: String) throws {
    guard let line = try JSONLines.last(of: path), line["tool"]?.string == "gate-verdict",
      let margin = line["margin"]?.double, let verdict = line["verdict"]?.string, let gates = line["gates"]?.object
    else { throw Failure(.badData, "expected a report of gate-verdict last", at: path) }
    (self.margin, self.verdict, self.gates) = (margin, verdict, gates)
  }

  /// What a line for people adds.
  var text: String {
    let letters = gates.sorted { $0.key < $1.key }.map { $0.value["pass"]?.bool == true ? $0.key : "-" }.joined()
    return "; 5CAT margin \(Figures.decimal(margin, places: 4)), gates \(letters) \(verdict)"
  }
}
