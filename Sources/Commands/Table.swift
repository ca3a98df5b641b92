/// A table for people: titled sections of aligned columns.
///
///     var table = Table()
///     table.section("position similarity", columns: ["slot", "cosine"], rows: [[.count(1), .figure(0.41)]])
public struct Table: Sendable {
  /// One entry of a row.
  public enum Cell: Sendable, ExpressibleByStringLiteral {
    /// Words, flush left.
    case text(String)
    /// A number of four to six significant digits; a dash for nil.
    case figure(Double?, unit: String = "")
    /// A number of four decimals; a dash for nil.
    case cosine(Double?)
    /// A whole number.
    case count(Int, unit: String = "")
    /// `pass` or `FAIL`; `n/a` for nil, where it could not be measured.
    case mark(Bool?)

    /// Words, flush left.
    public init(stringLiteral value: String) { self = .text(value) }
  }

  /// Rows with common columns.
  public struct Section: Sendable {
    /// The line above the columns; nil for none.
    public var title: String?
    /// The heads of the columns; empty for none.
    public var columns: [String]
    /// The rows, which may differ in length.
    public var rows: [[Cell]]
  }

  /// The sections from top to bottom.
  public var sections: [Section] = []

  /// A table without sections.
  public init() {}

  /// Appends a section.
  public mutating func section(_ title: String? = nil, columns: [String] = [], rows: [[Cell]]) {
    sections.append(Section(title: title, columns: columns, rows: rows))
  }

  /// The table as text: an empty line between sections, a line end after the last row.
  public var text: String {
    sections.map(\.text).joined(separator: "\n")
  }
}

extension Table.Section {
  /// The section as text: words flush left, a column of nothing but numbers flush right, its decimal points aligned.
  var text: String {
    let count = (rows.map(\.count) + [columns.count]).max() ?? 0
    let columns = (0..<count).map(column)
    var text = title.map { oneLine($0, limit: 100) + "\n" } ?? ""
    let indent = title == nil ? "" : "  "
    for row in 0..<(columns.first?.count ?? 0) {
      var line = indent + columns.map { $0[row] }.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      text += line + "\n"
    }
    return text
  }

  /// The cells of one column under its head, all of one width.
  private func column(_ index: Int) -> [String] {
    let cells = rows.map { index < $0.count ? $0[index] : .text("") }
    let isNumeric = cells.contains { $0.isNumber } && cells.allSatisfy { $0.isNumber || $0.text.isEmpty }
    let head = columns.isEmpty ? [] : [index < columns.count ? columns[index] : ""]
    let body = isNumeric ? alignedAtPoint(cells.map(\.text)) : cells.map(\.text)
    let width = (head + body).map(\.count).max() ?? 0
    return (head + body).map { pad($0, to: width, right: isNumeric) }
  }

  /// The texts with spaces after them, so that their decimal points are aligned once they are flush right.
  private func alignedAtPoint(_ texts: [String]) -> [String] {
    let tails = texts.map { text in text.firstIndex { $0 == "." || $0 == " " }.map { text[$0...].count } ?? 0 }
    let longest = tails.max() ?? 0
    return zip(texts, tails).map { text, tail in text + String(repeating: " ", count: longest - tail) }
  }

  private func pad(_ text: String, to width: Int, right: Bool) -> String {
    let space = String(repeating: " ", count: width - text.count)
    return right ? space + text : text + space
  }
}

extension Table.Cell {
  var isNumber: Bool {
    switch self {
    case .figure, .cosine, .count: true
    case .text, .mark: false
    }
  }

  var text: String {
    switch self {
    case .text(let text): oneLine(text, limit: 200)
    case .figure(let value, let unit): (value.map(Figures.rounded) ?? "-") + (unit.isEmpty ? "" : " \(unit)")
    case .cosine(let value): Figures.fixed(value, places: 4)
    case .count(let value, let unit): "\(value)" + (unit.isEmpty ? "" : " \(unit)")
    case .mark(let passed): passed.map { $0 ? "pass" : "FAIL" } ?? "n/a"
    }
  }
}
