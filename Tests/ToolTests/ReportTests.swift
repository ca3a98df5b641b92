import JSON
import TestSupport
import Testing

/// The fields of every report and their types: a contract that others rely on.
@Suite struct ReportTests {
  /// A field's types, separated by `|`: `figures n` is a list of n numbers, `interval` a list of two.
  static func isOf(_ types: String, _ value: JSON?) -> Bool {
    guard let value else { return false }
    return types.split(separator: "|").contains { type in
      let words = type.split(separator: " ")
      switch words[0] {
      case "null": return value == .null
      case "count": return (value.int ?? -1) >= 0
      case "number": return value.double?.isFinite == true
      case "bool": return value.bool != nil
      case "text": return value.string != nil
      case "object": return value.object != nil
      case "list": return value.array != nil
      case "digest": return value.hexadecimal != nil
      case "interval":
        guard let bounds = value.array?.compactMap(\.double), bounds.count == 2, value.array?.count == 2 else {
          return false
        }
        return bounds[0] <= bounds[1]
      case "figures":
        guard let list = value.array else { return false }
        return list.allSatisfy { $0.double != nil } && (words.count < 2 || Int(words[1]) == list.count)
      default: return false
      }
    }
  }

  static let common = [
    "schema": "text", "tool": "text", "version": "text", "label": "null", "source": "list",
  ]

  static let reports: [(String, [String: String])] = [
    (
      "direction-diagnose --no-gate",
      [
        "windows": "count", "articles": "count", "context": "count", "offset": "count", "dim": "count",
        "position_similarity": "figures 3", "adjacent_similarity": "figures 2", "coherence": "number",
        "temporal_signal": "number",
        "temporal_order": "bool", "forward": "number", "backward": "null", "delta": "null", "offset_profile": "object",
        "gates": "object", "ci95": "object", "zero_vectors": "count", "pass": "bool", "counts": "object",
      ]
    ),
    (
      "narrative-delta",
      [
        "windows": "count", "articles": "count", "mean_delta": "number", "quartiles": "figures 3",
        "mean_cos_next": "number",
        "mean_cos_prev": "number", "telescoped": "number", "decision": "text", "ci95": "interval",
        "zero_vectors": "count",
        "counts": "object",
      ]
    ),
    (
      "stream-info",
      [
        "kind": "text", "dim": "count", "ordered": "bool", "roles": "list", "context": "count", "offset": "count",
        "members": "count",
        "frames": "count", "rows": "count", "windows": "count", "row_digest": "digest", "window_digest": "digest",
        "counts": "object", "metadata": "object",
      ]
    ),
    (
      "stream-diff - windows.nvs",
      [
        "equal": "bool", "rows_a": "count", "rows_b": "count", "matched": "count", "only_a": "count", "only_b": "count",
        // Two streams have no one provenance.
        "differing": "count", "tolerance": "number", "largest_difference": "number",
        "at": "null|object", "windows_equal": "bool",
      ]
    ),
  ]

  @Test(arguments: reports.indices) func fieldsAndTheirTypes(_ index: Int) throws {
    let (command, fields) = Self.reports[index]
    let folder = try Folder()
    try folder.write(Samples.windows, to: "windows.nvs")
    let found = try shell("\(command) < windows.nvs", in: folder)
    #expect(found.status == 0 || command == "narrative-delta")
    #expect(found.text.last == "\n" && found.text.filter { $0 == "\n" }.count == 1)
    let report = try #require(found.json)
    let types = Self.common.merging(fields) { $1 }
    for (name, type) in types { #expect(Self.isOf(type, report[name]), "\(name): \(report[name]?.text ?? "missing")") }
    #expect(Set(report.object?.keys.map { $0 } ?? []).subtracting(types.keys) == [])
    let tool = command.split(separator: " ")[0]
    #expect(report["schema"]?.string == "\(tool)/1")
    #expect(report["tool"]?.string == String(tool))
    #expect(report["source"]?.array?.map { $0["tool"]?.string } == ["seq-build"])
  }

  @Test(arguments: reports.indices) func labelAndForm(_ index: Int) throws {
    let command = Self.reports[index].0
    let folder = try Folder()
    try folder.write(Samples.windows, to: "windows.nvs")
    let labelled = try shell("\(command) --label 'VAL \"1\"' < windows.nvs", in: folder)
    #expect(labelled.json?["label"] == "VAL \"1\"")
    let table = try shell("\(command) --label VAL --format table < windows.nvs", in: folder)
    #expect(table.json == nil)
    #expect(table.text.hasPrefix("\(command.split(separator: " ")[0]): VAL\n"))
    #expect(table.text.split(separator: "\n").count > 5)
    let json = try shell("\(command) --format json < windows.nvs", in: folder)
    #expect(try json.output == shell("\(command) < windows.nvs", in: folder).output)
  }

  @Test func diagnosisAtOffsetTwo() throws {
    let report = try #require(
      shell("seq-build --ctx 4 --offset 2 | direction-diagnose --no-gate", input: Samples.chunks).json)
    for (name, type) in [("forward", "number"), ("backward", "number"), ("delta", "number")] {
      #expect(Self.isOf(type, report[name]), "\(name)")
    }
    #expect(report["offset"] == 2)
    for k in -3...3 { #expect(Self.isOf("number", report["offset_profile"]?[String(k)]), "k = \(k)") }
    #expect(report["offset_profile"]?.object?.count == 7)
    for (gate, type) in [("coherence", "number"), ("temporal_signal", "number"), ("temporal_order", "bool")] {
      #expect(Self.isOf(type, report["gates"]?[gate]?["value"]), "\(gate)")
      #expect(Self.isOf(type, report["gates"]?[gate]?["minimum"]), "\(gate)")
      #expect(Self.isOf("bool", report["gates"]?[gate]?["pass"]), "\(gate)")
    }
    #expect(Self.isOf("interval", report["ci95"]?["coherence"]))
    #expect(Self.isOf("interval", report["ci95"]?["temporal_signal"]))
  }

  /// Data of known nature: an AR process whose cosines decay with distance passes, unrelated chunks do not.
  @Test func gatesDecideTheExitStatus() throws {
    let synth = "vec-synth --articles 40 --chunks 20 --dim 64"
    let good = try shell("\(synth) --process ar --rho 0.8 | seq-build | direction-diagnose")
    #expect(good.status == 0)
    #expect(good.json?["pass"] == true)
    #expect(abs((good.json?["coherence"]?.double ?? 0) - 0.8) < 0.05)
    let bad = try shell("\(synth) --process topic --rho 0.1 | seq-build | direction-diagnose")
    #expect(bad.status == 1)
    #expect(bad.json?["pass"] == false)
    #expect(bad.errors == "")
    #expect(try shell("\(synth) --process topic --rho 0.1 | seq-build | direction-diagnose --no-gate").status == 0)
    let lenient = "direction-diagnose --min-coherence=0.9"
    #expect(try shell("\(synth) --process ar --rho 0.8 | seq-build | \(lenient)").status == 1)
    let novel = try shell("\(synth) --process ar --rho 0.8 | seq-build | narrative-delta")
    #expect(novel.status == 1)
    #expect(novel.json?["decision"] == "abandon")
  }

  @Test func limitCountsWindows() throws {
    for tool in ["direction-diagnose --no-gate", "narrative-delta"] {
      let report = try shell("\(tool) --limit 7", input: Samples.windows).json
      #expect(report?["windows"] == 7)
      let damaged = try shell("\(tool) --limit 7", input: Array(Samples.windows.dropLast(64)))
      #expect(damaged.status == 65)
    }
  }

  /// The figures of the first windows do not depend on how the stream is cut.
  @Test func limitDoesNotDependOnFrames() throws {
    var rows = Samples.rows
    for column in 0..<rows.dim { rows.vectors[30 * rows.dim + column] = 0 }
    let whole = try run("seq-build", ["--ctx", "3", "--quiet"], input: chunkStream([rows])).output
    let cut = try run(
      "seq-build", ["--ctx", "3", "--quiet"], input: chunkStream(rows.cut(before: Array(1..<rows.rows)))
    ).output
    for tool in ["direction-diagnose --no-gate", "narrative-delta"] {
      for limit in 1..<12 {
        let one = try #require(shell("\(tool) --limit \(limit)", input: whole).json)
        let two = try #require(shell("\(tool) --limit \(limit)", input: cut).json)
        for (name, value) in one.object ?? [:] where name != "source" {
          #expect(
            isClose(value, two[name] ?? .null),
            "\(tool), \(limit): \(name): \(value.text), \(two[name]?.text ?? "missing")")
        }
      }
    }
  }
}

/// Whether two values are the same, numbers but for their last digits.
func isClose(_ a: JSON, _ b: JSON, _ tolerance: Double = 1e-9) -> Bool {
  if let a = a.array, let b = b.array {
    return a.count == b.count && zip(a, b).allSatisfy { isClose($0, $1, tolerance) }
  }
  if let a = a.object, let b = b.object {
    return a.keys == b.keys && a.allSatisfy { isClose($1, b[$0] ?? .null, tolerance) }
  }
  if let a = a.double, let b = b.double { return abs(a - b) <= tolerance }
  return a == b
}
