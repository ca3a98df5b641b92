import Failures
import JSON

/// How far a training has come, from the lines of its epochs.
struct Training {
  private struct Epoch {
    let number: Int
    let cosine: Double
    let lastCosine: Double?
    let alarms: [String]
  }

  private let epochs: [Epoch]

  init(_ reports: Reports) throws {
    epochs = try reports.lines.filter { $0["event"]?.string == "epoch" }.map { line in
      guard let number = line["epoch"]?.int else { throw Failure(.badData, "expected a whole number", at: "epoch") }
      return Epoch(
        number: number, cosine: try line.number("val", "cos_next"), lastCosine: line["val"]?["cos_last"]?.double,
        alarms: (line["alarms"]?.array ?? []).compactMap(\.string))
    }.sorted { $0.number < $1.number }
    guard !epochs.isEmpty else { throw Failure(.badData, "expected the lines of epochs, found none") }
  }

  var sentences: [String] {
    guard let first = epochs.first, let best = epochs.dropFirst().reduce(epochs.first, Self.better) else { return [] }
    var sentences = [
      "After epoch \(first.number), predictions had a cosine of \(cosine(first.cosine)) with their targets in articles not trained on; "
        + "the best epoch, \(best.number), has \(cosine(best.cosine))."
    ]
    if let last = best.lastCosine {
      let head = "Their cosine with the last chunk of the context is \(cosine(last)): predictions resemble "
      sentences.append(
        last > best.cosine
          ? head + "what has been seen more than what comes next."
          : head + "what comes next more than what has been seen.")
    }
    if let alarm = best.alarms.first, let raised = epochs.first(where: { $0.alarms.contains(alarm) }) {
      sentences.append(
        "Alarms of that epoch: \(best.alarms.joined(separator: ", ")). STOP_ON=\(alarm) would have stopped the training "
          + "after epoch \(raised.number).")
    }
    return sentences
  }

  /// The one with the higher cosine; of equals the later.
  private static func better(_ a: Epoch?, _ b: Epoch) -> Epoch? { (a.map { $0.cosine > b.cosine } ?? false) ? a : b }
}
