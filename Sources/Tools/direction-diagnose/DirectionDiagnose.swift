import Commands
import Evaluation
import Failures
import JSON
import Stages
import Streams
import Vectors

/// Windows → data-quality figures and gates.
@main struct DirectionDiagnose: Command {
  static let minCoherence = Option.real(
    "min-coherence", default: 0.40, in: -1...1, help: "gate: the smallest coherence that passes (0.45 to 0.50 is good)")
  static let minSignal = Option.real(
    "min-signal", default: 0.08, in: -2...2,
    help: "gate: the smallest temporal signal that passes (0.10 to 0.15 is good)")
  static let noGate = Option.flag("no-gate", help: "report the gates, but exit 0 even if one fails")

  static let manual = Manual(
    name: "direction-diagnose",
    purpose: "check whether a stream of windows is suitable for next-vector prediction",
    details: """
      coherence: mean cosine of adjacent context chunks. temporal_signal: how much closer to the target the last \
      context chunk is than the first. temporal_order: whether every context chunk is closer to the target than the \
      one before. forward, backward and delta compare the last context chunk's cosine with the target and with the \
      chunk just before the target (offset 2 and more). The 95% intervals come from a seeded bootstrap over articles.

      Any data whose similarity decays with distance have a negative delta; it proves nothing about the direction of \
      time.
      """,
    operands: .any("FILE"),
    options: [
      minCoherence, minSignal, noGate, CommonOptions.limit, CommonOptions.seed, CommonOptions.label,
      CommonOptions.format,
      CommonOptions.output,
    ],
    memory: "one frame, and five numbers for each of up to 65,536 articles",
    example: "npz-read wiki.npz | seq-build --ctx 5 | direction-diagnose",
    exits: [.answerIsNo: "a gate failed"],
    seeAlso: ["seq-build", "narrative-delta"])

  static func run(_ arguments: Arguments) throws -> ExitStatus {
    let report = try WindowReport(arguments)
    let header = report.input.header
    var diagnosis = DirectionDiagnosis(
      dim: header.dim, roles: report.roles, offset: header.offset)
    try report.read(limit: arguments[CommonOptions.limit]) {
      diagnosis.add($0, windows: $1, isOrdered: report.input.isOrderedWithinMembers)
    }
    let gates = gates(diagnosis, arguments)
    let passes = gates.allSatisfy(\.pass)
    let intervals = diagnosis.intervals95(seed: arguments.seed)
    try report.write(
      fields(diagnosis, dim: header.dim, gates, intervals) + [("pass", .bool(passes))],
      table: table(diagnosis, dim: header.dim, gates, intervals))
    return passes || arguments[noGate] ? .success : .answerIsNo
  }

  private struct Gate {
    let name: String
    let value: JSON
    let minimum: JSON
    let pass: Bool
  }

  private static func gates(_ diagnosis: DirectionDiagnosis, _ arguments: Arguments) -> [Gate] {
    let coherence = diagnosis.coherence
    let signal = diagnosis.temporalSignal
    return [
      Gate(
        name: "coherence", value: .figure(coherence), minimum: .number(arguments[minCoherence]),
        pass: coherence.map { $0 >= arguments[minCoherence] } ?? false),
      Gate(
        name: "temporal_signal", value: .figure(signal), minimum: .number(arguments[minSignal]),
        pass: signal >= arguments[minSignal]),
      Gate(
        name: "temporal_order", value: .bool(diagnosis.temporalOrder), minimum: true,
        pass: diagnosis.temporalOrder),
    ]
  }

  private typealias Intervals = (coherence: ClosedRange<Double>?, temporalSignal: ClosedRange<Double>)?

  private static func fields(
    _ diagnosis: DirectionDiagnosis, dim: Int, _ gates: [Gate], _ intervals: Intervals
  ) -> [(String, JSON)] {
    let profile = diagnosis.offsetProfile.map { (String($0.offset), JSON.figure($0.mean)) }
    let answers = gates.map {
      ($0.name, JSON.object(["value": $0.value, "minimum": $0.minimum, "pass": .bool($0.pass)]))
    }
    return [
      ("windows", .count(diagnosis.windows)), ("articles", .count(diagnosis.articles)),
      ("context", .count(diagnosis.roles.context)), ("offset", .count(diagnosis.offset)), ("dim", .count(dim)),
      ("position_similarity", .figures(diagnosis.positionSimilarity)),
      ("adjacent_similarity", .figures(diagnosis.adjacentSimilarity)),
      ("coherence", .figure(diagnosis.coherence)), ("temporal_signal", .figure(diagnosis.temporalSignal)),
      ("temporal_order", .bool(diagnosis.temporalOrder)), ("forward", .figure(diagnosis.forward)),
      ("backward", .figure(diagnosis.backward)), ("delta", .figure(diagnosis.delta)),
      ("offset_profile", .object(Dictionary(uniqueKeysWithValues: profile))),
      ("gates", .object(Dictionary(uniqueKeysWithValues: answers))),
      (
        "ci95", ["coherence": .interval(intervals?.coherence), "temporal_signal": .interval(intervals?.temporalSignal)]
      ),
      ("zero_vectors", .count(diagnosis.zeroVectors)),
    ]
  }

  private static func table(
    _ diagnosis: DirectionDiagnosis, dim: Int, _ gates: [Gate], _ intervals: Intervals
  ) -> Table {
    var table = Table()
    table.section(rows: [
      ["windows", .count(diagnosis.windows)], ["articles", .count(diagnosis.articles)],
      ["context", .count(diagnosis.roles.context)], ["target offset", .count(diagnosis.offset)], ["dim", .count(dim)],
      ["zero vectors", .count(diagnosis.zeroVectors)],
    ])
    let adjacent = diagnosis.adjacentSimilarity
    table.section(
      "mean cosine of each context chunk", columns: ["slot", "with the target", "with the next chunk"],
      rows: diagnosis.positionSimilarity.enumerated().map { slot, similarity in
        [.count(slot), .figure(similarity), .figure(slot < adjacent.count ? adjacent[slot] : nil)]
      })
    table.section(
      "mean cosine of the last context chunk with the chunk k after it", columns: ["k", "cosine"],
      rows: diagnosis.offsetProfile.map { [.count($0.offset), .figure($0.mean)] })
    table.section(rows: [
      ["forward: last context chunk, target", .figure(diagnosis.forward)],
      ["backward: last context chunk, chunk before the target", .figure(diagnosis.backward)],
      ["delta: forward - backward", .figure(diagnosis.delta)],
    ])
    let bounds = [intervals?.coherence, intervals?.temporalSignal, nil]
    table.section(
      "gates", columns: ["", "value", "minimum", "95% from", "to", ""],
      rows: zip(gates, bounds).map { gate, interval in
        let value: Table.Cell = gate.value.bool.map { .text($0 ? "yes" : "no") } ?? .figure(gate.value.double)
        let minimum: Table.Cell = gate.minimum.bool.map { .text($0 ? "yes" : "no") } ?? .figure(gate.minimum.double)
        return [
          .text(gate.name.replacing("_", with: " ")), value, minimum, .figure(interval?.lowerBound),
          .figure(interval?.upperBound), .mark(gate.pass),
        ]
      })
    return table
  }
}
