import Commands
import Evaluation
import Failures
import JSON
import Stages

/// What a predictor does better than those that no training is needed for, on the same windows.
struct Skill {
  /// Whether it does better: the 95% interval of the difference is above 0, below 0, or holds it.
  enum Answer: String {
    case yes, no, unclear
  }

  /// One figure on one split.
  struct Entry {
    let figure: SkillFigure
    let split: ReportLines.Split
    let value: Double
    /// The best predictor without training, and its figure.
    let best: (name: String, value: Double)
    /// `value` minus that of the best, paired by articles.
    let difference: Estimate

    /// Nil for fewer than two articles, where there is no interval.
    var answer: Answer? {
      difference.interval.map { $0.lowerBound > 0 ? .yes : $0.upperBound < 0 ? .no : .unclear }
    }
  }

  /// In the order of splits and figures.
  let entries: [Entry]
  /// Of each split, the margin of the constant, and the largest of those whose cosine is at least the model's: a margin
  /// alone rewards predictors that know nothing.
  let margins: [ReportLines.Split: (constant: Double?, atCosine: (name: String, value: Double)?)]

  /// - Parameter others: the reports of other predictors, by their names.
  /// - Returns: nil where the reports have no sums of articles, or no predictor is one that needs no training.
  /// - Throws: `.badData` where sums are malformed.
  init?(_ model: ReportLines, _ others: [String: ReportLines], seed: UInt64) throws {
    let baselines = CalibrationMark.untrained.compactMap { name in others[name].map { (name: name, reports: $0) } }
    var entries: [Entry] = []
    var margins: [ReportLines.Split: (constant: Double?, atCosine: (name: String, value: Double)?)] = [:]
    for split in ReportLines.Split.allCases {
      for figure in SkillFigure.allCases {
        guard let own = try model.sums(figure, split) else { continue }
        let found = try baselines.compactMap { baseline in
          try at(baseline.name) {
            try baseline.reports.sums(figure, split).map { (name: baseline.name, sums: $0, value: $0.value) }
          }
        }
        // Of equals the first, which is the simplest.
        guard let best = found.max(by: { $0.value < $1.value }) else { continue }
        guard
          let difference = own.sums.difference(from: best.sums.sums, own.statistic, best.sums.statistic, seed: seed)
        else {
          Diagnostics.note(
            "\(figure.tool) of \(split.rawValue): the calibration is of other windows, and says nothing about skill")
          return nil
        }
        entries.append(
          Entry(
            figure: figure, split: split, value: own.value, best: (best.name, best.value), difference: difference))
      }
      margins[split] = try Self.margins(entries, split, baselines)
    }
    guard !entries.isEmpty else { return nil }
    self.entries = entries
    self.margins = margins
  }

  private static func margins(
    _ entries: [Entry], _ split: ReportLines.Split, _ baselines: [(name: String, reports: ReportLines)]
  ) throws -> (constant: Double?, atCosine: (name: String, value: Double)?) {
    guard let cosine = entries.first(where: { $0.figure == .cosine && $0.split == split })?.value else {
      return (nil, nil)
    }
    let known = try baselines.compactMap { name, reports -> (name: String, cosine: Double, margin: Double)? in
      guard let sums = try reports.sums(.cosine, split), let margin = try reports.sums(.margin, split) else {
        return nil
      }
      return (name, sums.value, margin.value)
    }
    let equal = known.filter { $0.cosine >= cosine }.max { $0.margin < $1.margin }
    return (known.first { $0.name == "constant" }?.margin, equal.map { ($0.name, $0.margin) })
  }

  /// The one that answers whether the model has learned anything: the cosine with the target on validation articles.
  var headline: Entry? { entries.first { $0.figure == .cosine && $0.split == .val } }

  var json: JSON {
    let splits = ReportLines.Split.allCases.map { split -> (String, JSON) in
      let figures = entries.filter { $0.split == split }.map { entry -> (String, JSON) in
        var members: [String: JSON] = [
          "value": .number(entry.value), "best_baseline": .string(entry.best.name),
          "best_baseline_value": .number(entry.best.value), "difference": .number(entry.difference.value),
          "ci95": .interval(entry.difference.interval), "better": entry.answer.map { .string($0.rawValue) } ?? .null,
        ]
        if entry.figure == .margin, let beside = margins[split] {
          members["constant"] = .figure(beside.constant)
          members["best_at_cosine"] =
            beside.atCosine.map { ["baseline": .string($0.name), "value": .number($0.value)] } ?? .null
        }
        return (entry.figure.rawValue, .object(members))
      }
      return (split.rawValue, .object(Dictionary(uniqueKeysWithValues: figures)))
    }
    return .object(Dictionary(uniqueKeysWithValues: splits))
  }
}

extension ReportLines {
  /// Sums of articles, and how a figure follows from their means.
  struct Sums {
    let sums: ByArticle
    let statistic: ByArticle.Statistic

    var value: Double { sums.value(statistic) }
  }

  /// - Returns: nil where the report has no sums, or none of this figure.
  /// - Throws: `.badData` where they are malformed.
  func sums(_ figure: SkillFigure, _ split: Split) throws -> Sums? {
    let line = try line(figure.tool, split)
    let parent: JSON?
    switch figure {
    case .recallAt1WithoutContext, .recallAt5WithoutContext: parent = line.report["without_context"]
    default: parent = line.report
    }
    guard let json = parent?["by_article"] else { return nil }
    let sums = try at(line.name) { try ByArticle(json) }
    let predicted = line.report["origin"]?.string == "target" ? 0 : 1
    guard let statistic = figure.statistic(sums.figures, predicted: predicted), !sums.parts.isEmpty else { return nil }
    return Sums(sums: sums, statistic: statistic)
  }

  /// Whether shuffling the context changes nothing in any article: true of an architecture that is blind to order, and
  /// of a predictor that does not use the context. Nil where the reports do not tell.
  func isBlindToOrder() throws -> Bool? {
    for split in Split.allCases {
      let line = try line("ablation-eval", split)
      guard let json = line.report["by_article"] else { return nil }
      let sums = try at(line.name) { try ByArticle(json) }
      guard let base = sums.figures.firstIndex(of: "base"), let shuffled = sums.figures.firstIndex(of: "shuffle") else {
        return nil
      }
      // Sums in another order are rounded differently.
      let isSame = sums.parts.values.allSatisfy {
        abs($0.sums[base] - $0.sums[shuffled]) <= 1e-5 * Double($0.windows)
      }
      guard isSame else { return false }
    }
    return true
  }
}

extension ByArticle {
  /// - Throws: `.badData` where the JSON is not that of a report's `by_article`.
  fileprivate init(_ json: JSON) throws {
    let malformed = Failure(
      .badData, "by_article: expected figures, and windows and sums of articles, found something else")
    guard let names = json["figures"]?.array?.map(\.string), let articles = json["articles"]?.object else {
      throw malformed
    }
    let figures = names.compactMap { $0 }
    let parts = try articles.mapValues { part -> Part in
      guard let windows = part["windows"]?.int, windows > 0, windows <= 1 << 40, let found = part["sums"]?.array
      else { throw malformed }
      let sums = found.compactMap(\.double)
      guard sums.count == figures.count, found.count == figures.count, sums.allSatisfy(\.isFinite) else {
        throw malformed
      }
      return Part(windows: windows, sums: sums)
    }
    guard figures.count == names.count else { throw malformed }
    self.init(figures: figures, parts: parts)
  }
}
