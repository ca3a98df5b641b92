import Glibc
public import JSON

/// What a report tool found: one JSON object for programs, a table for people.
public struct Report: Sendable {
  /// The set of fields and its version: `direction-diagnose/1`.
  public var schema: String
  /// The name of the tool that reports.
  public var tool: String
  /// The name of the data, from `--label`; nil where it is not given.
  public var label: String?
  /// The provenance of the stream that the figures come from; null where there was no stream.
  public var source: JSON
  /// The figures, in the order in which people read them.
  public var fields: [(name: String, value: JSON)]
  /// The layout for people; nil for one field a line.
  public var table: Table?

  /// A report of any tool.
  public init(
    schema: String, tool: String, label: String? = nil, source: JSON = .null, fields: [(String, JSON)],
    table: Table? = nil
  ) {
    self.schema = schema
    self.tool = tool
    self.label = label
    self.source = source
    self.fields = fields.map { (name: $0.0, value: $0.1) }
    self.table = table
  }

  /// The report of the running tool, with its name, its `--label` and the schema `<tool>/<version>`.
  public init(
    _ arguments: Arguments, version: Int = 1, source: JSON = .null, fields: [(String, JSON)], table: Table? = nil
  ) {
    self.init(
      schema: "\(arguments.tool)/\(version)", tool: arguments.tool, label: arguments.label, source: source,
      fields: fields, table: table)
  }

  /// The whole report: the fields together with `schema`, `tool`, `version`, `label` and `source`.
  public var json: JSON {
    var members = Dictionary(fields.map { ($0.name, $0.value) }, uniquingKeysWith: { _, last in last })
    members["schema"] = .string(schema)
    members["tool"] = .string(tool)
    members["version"] = .string(Release.version)
    members["label"] = label.map { .string($0) } ?? .null
    members["source"] = source
    return .object(members)
  }

  /// The report for people: a title and the table.
  public var text: String {
    let title = label.map { "\(tool): \(oneLine($0, limit: 80))" } ?? tool
    return "\(title)\n\n" + (table ?? Table(fields: fields)).text
  }

  /// Writes the report to `--output`, whole or not at all, or to standard output: in the form of `--format`, else as a
  /// table on a terminal and as one line of JSON elsewhere.
  ///
  /// - Throws: `.cannotCreate`, `.inputOutput`.
  public func write(_ arguments: Arguments) throws {
    try Report.write(json, text: text, arguments)
  }

  /// Writes JSON, or a text for people, as `write(_:)` writes a report.
  ///
  /// - Parameters:
  ///   - json: one line for programs.
  ///   - text: lines for people, with a line end after the last.
  /// - Throws: `.cannotCreate`, `.inputOutput`.
  public static func write(_ json: JSON, text: String, _ arguments: Arguments) throws {
    let defaultFormat: ReportFormat = arguments.outputPath == nil && StandardOutput.isTerminal ? .table : .json
    let format = arguments.words["format"]?.last.flatMap(ReportFormat.init) ?? defaultFormat
    try write(format == .table ? text : json.text + "\n", arguments)
  }

  /// Writes a text to `--output`, whole or not at all, or to standard output.
  ///
  /// - Throws: `.cannotCreate`, `.inputOutput`.
  public static func write(_ text: String, _ arguments: Arguments) throws {
    guard let path = arguments.outputPath else { return try StandardOutput.write(text) }
    let file = try OutputFile(path)
    try file.write(text)
    try file.commit()
  }
}
